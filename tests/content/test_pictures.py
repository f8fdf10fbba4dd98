"""A QR code that a camera reads, and the typeface below it."""

from __future__ import annotations

import io

import pytest
import segno
from PIL import Image

from content.messages import MOST_IMAGE
from content.pictures.fonts import FOLDER, drawable, fitted, font
from content.pictures.qr import PAPER, QUIET, WIDTH, qr_png

LINK = "https://t.me/anna_bot?start=kartochka"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return image.convert("L")


def modules(image: Image.Image, link: str) -> list[list[bool]]:
    """What a camera sees in the middle of each module."""
    count = int(segno.make_qr(link, error="m").symbol_size(border=0)[0])
    module = WIDTH // (count + 2 * QUIET)
    start = (WIDTH - module * count) // 2 + module // 2
    places = [start + module * at for at in range(count)]
    seen = image.point([255 if grey < 128 else 0 for grey in range(256)]).tobytes()
    return [[bool(seen[y * image.width + x]) for x in places] for y in places]


@pytest.mark.parametrize("link", [LINK, f"https://t.me/a_rather_long_username_of_a_bot?start={'x' * 64}"])
def test_the_code_is_the_links(link: str) -> None:
    data = qr_png(link, title="@anna_bot", note="Карточка")
    assert len(data) < MOST_IMAGE
    matrix = segno.make_qr(link, error="m").matrix
    assert modules(opened(data), link) == [[bool(module) for module in row] for row in matrix]


def test_there_is_white_around_it() -> None:
    image = opened(qr_png(LINK, title="@anna_bot"))
    edge = QUIET * (WIDTH // 37)
    for box in ((0, 0, WIDTH, edge), (0, 0, edge, image.height), (WIDTH - edge, 0, WIDTH, image.height)):
        assert image.crop(box).getextrema() == (255, 255), PAPER


def test_words_below_make_it_higher() -> None:
    bare, named, noted = (
        opened(qr_png(LINK, title=title, note=note)) for title, note in (("", ""), ("Анна", ""), ("Анна", "Клуб"))
    )
    assert bare.size == (WIDTH, WIDTH)
    assert bare.height < named.height < noted.height
    assert named.crop((0, WIDTH - 50, WIDTH, named.height)).getextrema() != (255, 255)


def test_a_name_of_emoji_alone_is_no_line() -> None:
    assert opened(qr_png(LINK, title="🔥🔥")).size == (WIDTH, WIDTH)


def test_what_the_typeface_lacks_is_left_out() -> None:
    assert drawable("🔥 Клуб «Ёлка» → 35 ₽\n— да 👍🏽") == "Клуб «Ёлка» → 35 ₽— да"


def test_a_long_line_is_cut() -> None:
    face = font(26)
    assert fitted("Клуб", face, 200) == "Клуб"
    cut = fitted("Клуб " * 20, face, 200)
    assert cut.startswith("Клуб Клуб")
    assert cut.endswith("…")
    assert face.getlength(cut) <= 200


def test_the_licence_lies_beside_the_typeface() -> None:
    assert "SIL Open Font License" in (FOLDER / "OFL.txt").read_text()
