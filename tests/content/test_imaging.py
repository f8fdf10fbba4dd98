"""What is made of an upload, and what is refused."""

from __future__ import annotations

import io
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.imaging import LARGEST, MOST_BYTES, THUMBNAIL, PictureError, read
from tests.pictures import declared, picture, text_bomb, with_exif

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_and_its_thumbnail(kind: str) -> None:
    made = read(picture(1_000, 500, kind=kind))
    assert (made.width, made.height) == (1_000, 500)
    assert opened(made.full).size == (1_000, 500)
    assert opened(made.thumbnail).size == (THUMBNAIL, THUMBNAIL // 2)
    assert {opened(made.full).format, opened(made.thumbnail).format} == {"JPEG"}


def test_more_than_telegram_shows_is_made_smaller() -> None:
    made = read(picture(4_000, 3_000))
    assert (made.width, made.height) == (LARGEST, 1_920)


def test_of_the_file_nothing_is_left_but_what_one_sees() -> None:
    source = with_exif()
    assert b"Secret" in source
    made = read(source)
    assert (made.width, made.height) == (40, 60), "it stands upright"
    for data in (made.full, made.thumbnail):
        assert not opened(data).getexif()
        assert b"Secret" not in data
        assert b"54.78" not in data


def test_what_follows_the_picture_is_dropped() -> None:
    assert b"<?php" not in read(picture() + b"<?php system($_GET['c']); ?>").full


def test_transparent_becomes_white() -> None:
    made = read(picture(10, 10, (255, 0, 0, 0), "PNG"))
    assert opened(made.full).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_every_kind_of_colours(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (30, 20)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(read(file.getvalue()).full).mode == "RGB"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<?php system($_GET['c']); ?>",
        SVG,
        b"GIF89a<?php phpinfo(); ?>",
        picture(kind="GIF"),
        picture(kind="TIFF"),
        picture(kind="BMP"),
        picture()[:200],
        picture(600, 400, kind="PNG")[:-40],
        declared(100, 100, b"short"),
        text_bomb(),
    ],
    ids=["empty", "php", "svg", "php in gif", "gif", "tiff", "bmp", "cut", "cut png", "lying header", "text bomb"],
)
def test_what_is_no_picture(data: bytes, english: None) -> None:
    with pytest.raises(PictureError, match="JPEG, PNG or WebP"):
        read(data)


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 1_001), (2**31 - 1, 1), (12_000, 9_000)])
def test_what_is_too_large_is_not_unpacked(size: tuple[int, int], english: None) -> None:
    data = declared(*size, b"\0" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(PictureError, match="10,000 pixels"):
        read(data)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_what_telegram_refuses(english: None) -> None:
    with pytest.raises(PictureError, match="narrow"):
        read(picture(2_100, 100))
    with pytest.raises(PictureError, match="10 MB"):
        read(picture() + b"\0" * MOST_BYTES)
    assert read(picture(2_000, 100)).width == 2_000


@given(cut=st.integers(0, 600), junk=st.binary(max_size=40))
def test_a_broken_file_is_refused_or_read(cut: int, junk: bytes) -> None:
    """Whatever the decoders stumble over, nobody gets an error page."""
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = picture(kind=kind)
        data = whole[:cut] + junk + whole[cut + len(junk) :]
        with suppress(PictureError):
            assert read(data).full
