"""What may stand in no log: every secret, phone and message that the tests make up is remembered here, and after the
whole suite all logs are searched for it. A find fails the run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

SHORTEST = 12  # characters; a shorter message, or one of a single word, may stand in a line for other reasons

_secrets: set[str] = set()
_words: set[str] = set()


def secret(text: str) -> str:
    """A token, a key: its longest part that holds only letters and digits, as quoting may break it elsewhere."""
    if len(part := max(re.split(r"[^A-Za-z0-9]+", text.partition(":")[2] or text), key=len)) >= SHORTEST:
        _secrets.add(part)
    return text


def phone(number: str) -> str:
    """However it is written: the digits are compared."""
    digits = re.sub(r"\D", "", number)
    if len(digits) >= 10:
        _secrets.add(digits)
    return number


def words(text: str) -> str:
    """What a person writes."""
    if len(text) >= SHORTEST and " " in text and not text.startswith("/"):
        _words.add(text)
    return text


def known() -> frozenset[str]:
    return frozenset(_secrets | _words)


def search(directory: Path) -> list[str]:
    """«what was found: the line», for every line in the logs of this process and of those that it started."""
    lines = {line for file in sorted(directory.rglob("*.log*")) for line in _lines(file)}
    together = "\n".join(lines)
    digits = re.sub(r"[\s().–+-]", "", together)
    found = [one for one in known() if one in together or (one.isdigit() and one in digits)]
    return [f"{one!r}: {_place(one, lines)}" for one in found]


def _lines(file: Path) -> Iterator[str]:
    """What each says, without the time: most say the same."""
    for raw in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(raw)
        except ValueError:
            yield raw
        else:
            yield "\n".join(str(value) for name, value in line.items() if name not in ("time", "task_id"))


def _place(needle: str, lines: set[str]) -> str:
    return next((line for line in lines if needle in line), "in digits that are grouped otherwise")[:1_000]
