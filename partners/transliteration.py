"""A label in any language as the code of a deep link: Latin letters, digits and hyphens. Pure."""

from __future__ import annotations

import re
import unicodedata

LETTERS = str.maketrans("абвгдеёзийклмнопрстуфхыэіқғңөұүһәў", "abvgdeeziyklmnoprstufhyeikgnouuhau") | str.maketrans(
    {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)


def slug(label: str, most: int) -> str:
    """«Клуб, 5 марта» as «klub-5-marta»; empty if nothing of it can be written so."""
    latin = unicodedata.normalize("NFC", label.casefold()).translate(LETTERS)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].rstrip("-")
