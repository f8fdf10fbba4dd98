"""A text as its reader sees it, letter by letter, whatever it is written with. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from content.messages import Html

# Most of a text is runs of letters that mean themselves; only the rest is looked at one by one.
_RUN = r"[ -%'-;=?-~А-Яа-яЁё«»—–…₽]+"
_PLAIN = re.compile(rf"{_RUN}|.", re.DOTALL)
_HTML = re.compile(rf"{_RUN}|<[^<>]*>|&#?\w{{1,31}};|.", re.DOTALL)
_BLOCKS = ("<blockquote", "</blockquote", "<pre", "</pre")  # stand on lines of their own
_INVISIBLE = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Mc", "Me"})
_BREVE = "\u0306"
_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile("[а-яё]")
_LOOK_ALIKES = str.maketrans(
    "aceopxykmthbnrui03468" + "αορεντκχι" + "іїєґѕјқңөүұ",
    "асеорхукмтнвпгииозчбв" + "аоренткхи" + "ииегсйкноуу",
)


@dataclass(frozen=True, slots=True)
class Letters:
    """`plain` in small letters; its letter number n was written as text[starts[n]:ends[n]]."""

    text: str
    plain: str
    starts: Sequence[int]
    ends: Sequence[int]

    def is_capital(self, at: int) -> bool:
        return self.text[self.starts[at]].isupper()


def read(text: Html | str) -> Letters:
    """Html is read without its tags, any other text as it stands."""
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in (_HTML if isinstance(text, Html) else _PLAIN).finditer(text):
        start, end = piece.span()
        written = piece.group()
        if written == _BREVE and plain and plain[-1].endswith("и"):
            plain[-1] = plain[-1][:-1] + "й"
            ends[-1] = end
        elif _is_run(written):
            plain.append(written.lower().replace("ё", "е"))
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            seen = "".join(map(_seen, _shown(written)))
            plain.append(seen)
            starts.extend([start] * len(seen))
            ends.extend([end] * len(seen))
    return Letters(text, "".join(plain), starts, ends)


def _is_run(written: str) -> bool:
    return len(written) > 1 and written[0] not in "<&"


def _shown(written: str) -> str:
    """What stands on the screen for a letter, a tag or an entity."""
    if len(written) == 1:
        return written
    if written[0] == "<":
        return "\n" if written.lower().startswith(_BLOCKS) else ""
    return unescape(written)


@lru_cache(maxsize=4096)
def _seen(letter: str) -> str:
    """The small letters of this one; nothing for what cannot be seen."""
    if letter in "\n\r\u2028\u2029":
        return "\n"
    if letter.isspace():
        return " "
    if unicodedata.category(letter) in _INVISIBLE:
        return ""
    return unicodedata.normalize("NFKC", letter).lower().replace("ё", "е")


def russian(word: str) -> str:
    """A word with a Russian letter in it is Russian: the rest of its letters are look-alikes."""
    return word.translate(_LOOK_ALIKES) if _CYRILLIC.search(word) else word


def undisguised(plain: str) -> str:
    """Every word as `russian` reads it, letter for letter."""
    return _WORD.sub(lambda word: russian(word[0]), plain)


def disguised(word: str) -> str:
    """What a word of Latin letters would be if all of them were look-alikes."""
    return word.translate(_LOOK_ALIKES)
