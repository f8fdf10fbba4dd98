"""A link as a QR code for a poster, a card or a screen, with what it is written below. Pure."""

from __future__ import annotations

import io

import segno
from PIL import Image, ImageDraw

from content.pictures.fonts import drawable, fitted, font

WIDTH = 720
QUIET = 4  # modules of white around the code: the standard asks for them, many cameras need them
INK, PALE, PAPER = "#14213d", "#5c677d", "#ffffff"
TITLE, NOTE = 34, 26  # pixels
MARGIN, GAP = 40, 16


def qr_png(link: str, *, title: str, note: str = "") -> bytes:
    """`title` stands under the code in bold, `note` below it; a longer one is cut."""
    code = segno.make_qr(link, error="m")  # read even when a corner is creased
    module = int(WIDTH // code.symbol_size(border=QUIET)[0])
    side = int(code.symbol_size(scale=module, border=QUIET)[0])
    lines = [(drawable(text), size) for text, size in ((title, TITLE), (note, NOTE)) if drawable(text)]
    image = Image.new("RGB", (WIDTH, WIDTH + sum(size + GAP for _text, size in lines)), PAPER)
    image.paste(_drawn(code, module), ((WIDTH - side) // 2, (WIDTH - side) // 2))
    _write(image, lines, top=(WIDTH + side) // 2 - QUIET * module // 2)
    return _png(image)


def _drawn(code: segno.QRCode, module: int) -> Image.Image:
    file = io.BytesIO()
    code.save(file, kind="png", scale=module, border=QUIET, dark=INK, light=PAPER)
    return Image.open(file).convert("RGB")


def _write(image: Image.Image, lines: list[tuple[str, int]], *, top: int) -> None:
    draw = ImageDraw.Draw(image)
    for text, size in lines:
        face = font(size, "SemiBold" if size == TITLE else "Regular")
        shown = fitted(text, face, WIDTH - 2 * MARGIN)
        draw.text((WIDTH / 2, top), shown, font=face, fill=INK if size == TITLE else PALE, anchor="ma")
        top += size + GAP


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()
