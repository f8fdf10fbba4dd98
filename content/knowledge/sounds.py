"""How a word sounds, whatever alphabet and spelling it is written in. Pure.

«энерджи диет» and "Energy Diet" come near each other, «коллогэн» and «коллаген» become one key.
"""

from __future__ import annotations

import re
from functools import lru_cache

_RUSSIAN = dict(zip("абвгдежзийклмнопрстуфхцчшщыэюя", "abvgdejziiklmnoprstufhcxwwieua", strict=True))
_RUSSIAN_KEYS = str.maketrans({**_RUSSIAN, "ъ": "", "ь": "", "ё": "e"})
# In this order: what is longer, or would be eaten by a later rule, comes first.
_ENGLISH = (
    ("sch", "w"), ("tch", "x"), ("sh", "w"), ("ch", "x"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("ee", "i"),
    ("oo", "u"), ("ea", "i"), ("gy", "ji"), ("ge", "je"), ("gi", "ji"), ("ce", "se"), ("ci", "si"), ("cy", "si"),
    ("c", "k"), ("q", "k"), ("x", "ks"), ("y", "i"), ("w", "v"), ("dj", "j"), ("dg", "j"),
)  # fmt: skip
# Vowels that are not told apart when unstressed, and consonants that are not at the end of a word.
_MERGED = str.maketrans("oyezgbdvj", "aiiskptfw")
_VOWELS = re.compile("[aiue]")
_FEWEST = 3
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """The key of a word in small letters: Latin letters, one for all spellings of a sound."""
    if "a" <= word[0] <= "z":
        key = word
        for written, heard in _ENGLISH:
            key = key.replace(written, heard)
    else:
        key = word.replace("дж", "j").translate(_RUSSIAN_KEYS)
    key = _TWICE.sub(r"\1", key).translate(_MERGED)
    for written, heard in (("ts", "c"), ("ia", "a"), ("iu", "u"), ("ii", "i")):
        key = key.replace(written, heard)
    return _TWICE.sub(r"\1", key)


@lru_cache(maxsize=100_000)
def grams(key: str) -> tuple[str, ...]:
    """The pairs and triples of letters of a key, with its beginning and end marked."""
    marked = f"^{key}$"
    found = {marked[at : at + size] for size in (2, 3) for at in range(len(marked) - size + 1)}
    return tuple(sorted(found))


def skeleton(key: str) -> str:
    """The consonants of a key, for pairs like "smile" and «смайл»; empty if they are too few to tell words apart."""
    bare = _VOWELS.sub("", key)
    return f"={bare}" if len(bare) >= _FEWEST else ""
