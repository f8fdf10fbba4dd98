"""Pictures that somebody uploads, made fit for Telegram: real, small enough, and telling nothing about who took them.

Pure.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
# What Telegram takes as a photo.
MOST_BYTES = 10 * 1024 * 1024
MOST_SIDES = 10_000  # width and height together
NARROWEST = 20  # times one side may be the other
LARGEST = 2_560  # pixels a side: of more Telegram shows nothing
THUMBNAIL = 320
_QUALITY = 90
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PictureError(ValueError):
    """Its text says what is wrong with the file and what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Both as JPEG, written anew: nothing of the uploaded file but what one sees is left."""

    full: bytes
    thumbnail: bytes
    width: int
    height: int


def read(data: bytes) -> Picture:
    """Raises PictureError. The sizes are looked at before anything is unpacked."""
    if len(data) > MOST_BYTES:
        raise PictureError(_("The picture is larger than 10 MB. Make it smaller."))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            _check_sides(*opened.size)
            image = _plain(opened)
    except _TOO_LARGE:
        raise _too_large() from None
    except PictureError:
        raise
    except Exception:  # the decoders raise whatever a broken file makes them stumble over
        raise PictureError(_("This is not a picture that can be read. Choose a JPEG, PNG or WebP file.")) from None
    full, thumbnail = _shrunk(image, LARGEST), _shrunk(image, THUMBNAIL)
    return Picture(_jpeg(full), _jpeg(thumbnail), *full.size)


def _check_sides(width: int, height: int) -> None:
    if width + height > MOST_SIDES:
        raise _too_large()
    if max(width, height) > NARROWEST * min(width, height):
        raise PictureError(_("Telegram refuses such a narrow picture: a side is more than 20 times the other."))


def _too_large() -> PictureError:
    return PictureError(_("The picture is too large: width and height may be 10,000 pixels together. Make it smaller."))


def _plain(opened: Image.Image) -> Image.Image:
    """Upright, without transparency: what was transparent becomes white."""
    opened.draft("RGB", (LARGEST, LARGEST))
    image = ImageOps.exif_transpose(opened)
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side))
    return copy


def _jpeg(image: Image.Image) -> bytes:
    image.info.clear()  # Pillow would write the comment and the profile of the source
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
