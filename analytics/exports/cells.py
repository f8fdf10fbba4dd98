"""Pure."""

from __future__ import annotations

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML has no place for these


def harmless(text: str) -> str:
    """What a person typed must not be computed by the spreadsheet that opens it."""
    text = UNWRITABLE.sub("", text)
    return f"'{text}" if text.startswith(FORMULA) else text
