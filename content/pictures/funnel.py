"""How many came how far, as bars for a phone: each bar is as long as its share of the first. Pure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

from content.pictures.fonts import Weight, drawable, fitted, font

WIDTH, MARGIN, ROW = 1_000, 56, 104  # pixels
BAR, LEAST, ROUND = 34, 10, 10
INK, PALE, PAPER, TRACK = "#14213d", "#5c677d", "#ffffff", "#eef1f6"
COLOURS = ("#2f6fed", "#3d8bf2", "#23a6a0", "#2fae66", "#f0a202", "#e4572e")


class Stage(NamedTuple):
    """`told`: the number as people read it; `share`: of the first stage, from 0 to 1."""

    label: str
    told: str
    share: float


def funnel_png(title: str, stages: Sequence[Stage], note: str = "") -> bytes:
    image = Image.new("RGB", (WIDTH, 150 + ROW * len(stages) + (60 if note else 16)), PAPER)
    draw = ImageDraw.Draw(image)
    _write(draw, (MARGIN, 48), title, 40, INK, "SemiBold")
    for number, stage in enumerate(stages):
        _bar(draw, stage, top=130 + ROW * number, colour=COLOURS[number % len(COLOURS)])
    if note:
        _write(draw, (MARGIN, image.height - 58), note, 24, PALE)
    return _png(image)


def _bar(draw: ImageDraw.ImageDraw, stage: Stage, *, top: int, colour: str) -> None:
    full = WIDTH - 2 * MARGIN
    _write(draw, (MARGIN, top), stage.label, 30, INK)
    face = font(30, "SemiBold")
    draw.text((WIDTH - MARGIN, top), drawable(stage.told), font=face, fill=INK, anchor="ra")
    below = top + 44
    draw.rounded_rectangle((MARGIN, below, MARGIN + full, below + BAR), ROUND, fill=TRACK)
    if stage.share > 0:
        length = max(LEAST, round(full * min(stage.share, 1)))
        draw.rounded_rectangle((MARGIN, below, MARGIN + length, below + BAR), min(ROUND, length // 2), fill=colour)


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, ink: str, weight: Weight = "Regular"
) -> None:
    face = font(size, weight)
    draw.text(at, fitted(drawable(text), face, WIDTH - 2 * MARGIN), font=face, fill=ink, anchor="la")


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()
