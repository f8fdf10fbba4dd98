"""What the stand-in's models say: the same for the same question, and made of the prompt's own documents."""

from __future__ import annotations

import base64
import hashlib
import io
import math
import re
from collections.abc import Sequence
from typing import Any

from PIL import Image

from content.ai.sentences import whole_sentences

DIMENSIONS = 256
_DOCUMENT = re.compile(r"<документ>\n(?P<title>[^\n]*)\n(?P<text>.*?)\n?</документ>", re.DOTALL)
_MARKS = re.compile(r"^(?:[-*+•]|\d{1,3}[.)])\s+")
_TOKEN = re.compile(r"\w{1,4}|[^\w\s]")
_WORD = re.compile(r"\w{3,}")


def tokens(text: str) -> int:
    return len(_TOKEN.findall(text))


def say(messages: Sequence[dict[str, Any]]) -> str:
    """From the line with most of the question's words on; without documents, that there are none."""
    documents = [match.groupdict() for message in messages for match in _DOCUMENT.finditer(message["text"])]
    if not documents:
        return "В моих материалах об этом ничего нет. Лучше спросить партнёра."
    asked = _stems(messages[-1]["text"])
    best = max(documents, key=lambda one: len(asked & _stems(f"{one['title']} {one['text']}")))
    lines = best["text"].splitlines()
    fitting = max(range(len(lines)), key=lambda line: len(asked & _stems(lines[line])), default=0)
    return whole_sentences(_prose(lines[fitting:]) or _prose(lines), 400)


def _prose(lines: Sequence[str]) -> str:
    """Without headings, tables and marks of lists: what a model would put into its own words."""
    told = (_MARKS.sub("", line.strip()) for line in lines if not line.lstrip().startswith(("#", "|")))
    return " ".join(filter(None, told))


def embed(text: str) -> list[float]:
    """Texts with the same pieces of words are near each other."""
    vector = [0.0] * DIMENSIONS
    for word in _WORD.findall(text.casefold()):
        for at in range(len(word) - 2):
            digest = hashlib.sha256(word[at : at + 3].encode()).digest()
            vector[digest[0]] += 1 if digest[1] % 2 else -1
    length = math.sqrt(sum(number * number for number in vector)) or 1.0
    return [round(number / length, 6) for number in vector]


def draw(text: str, seed: str) -> str:
    """A picture of one colour, as JPEG in base64."""
    red, green, blue = hashlib.sha256(f"{seed} {text}".encode()).digest()[:3]
    file = io.BytesIO()
    Image.new("RGB", (256, 256), (red, green, blue)).save(file, "JPEG")
    return base64.b64encode(file.getvalue()).decode()


def _stems(text: str) -> set[str]:
    return {word[:5] for word in _WORD.findall(text.casefold())}
