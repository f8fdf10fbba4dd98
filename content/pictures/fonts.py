"""Golos Text, a typeface made for Russian; its licence lies beside it. Pure."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL.ImageFont import FreeTypeFont, truetype

Weight = Literal["Regular", "SemiBold"]

FOLDER = Path(__file__).parent / "fonts"
NO_SIGN = "\ufffe"  # no typeface has it: what is drawn instead marks a missing sign


@lru_cache(maxsize=32)
def font(size: int, weight: Weight = "Regular") -> FreeTypeFont:
    """`size` in pixels."""
    return truetype(FOLDER / f"GolosText-{weight}.ttf", size)


def drawable(text: str) -> str:
    """Without the signs that the typeface lacks: people put emoji into names."""
    return " ".join("".join(sign for sign in text if sign == " " or _has(sign)).split())


def fitted(text: str, face: FreeTypeFont, width: float) -> str:
    """Cut with «…» where it is wider than so many pixels."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"


@lru_cache(maxsize=2048)
def _has(sign: str) -> bool:
    face = font(20)
    return sign.isprintable() and bytes(face.getmask(sign)) != bytes(face.getmask(NO_SIGN))
