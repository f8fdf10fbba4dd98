"""Pictures as people and attackers upload them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(width: int = 60, height: int = 40, color: Any = "teal", kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    mode = "RGBA" if isinstance(color, tuple) and len(color) == 4 else "RGB"
    Image.new(mode, (width, height), color).save(file, kind, **options)
    return file.getvalue()


def with_exif() -> bytes:
    """Lying on its side, and telling where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x010E] = 6, "Anna Secret", "54.7818 N, 32.0401 E"
    return picture(60, 40, exif=exif, comment=b"Anna Secret")


def declared(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header promises this size, whatever is in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(data)) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG with 200 MB of a compressed comment."""
    good = picture(kind="PNG")
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"0" * 200_000_000))
    return good[:33] + comment + good[33:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
