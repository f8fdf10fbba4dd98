"""Sections of the knowledge base that can stand in a post by themselves. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from content.ai.answer_html import to_messages
from content.ai.types import Passage
from content.claims.words import analyzer
from content.markup import visible
from content.messages import Html

Sort = Literal["doubt", "question", "advice"]

SHORTEST, LONGEST = 60, 480  # visible characters of a section
_HEADING = re.compile(r"^#{2,6}\s+(.+?)\s*$", re.MULTILINE)
_WITH_SLOT = re.compile(r"[^.!?\n]*\{[a-z_]+\}[^.!?\n]*[.!?]?")
_LIST = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s", re.MULTILINE)
# What only makes sense inside of its document, or beside the bot.
_BOUND = re.compile(
    r"^\s*[|>]|\bбот|\bстать[яеию]|\bв этой базе|\bв нашем списке|(?<!\w)/[a-z]", re.IGNORECASE | re.MULTILINE
)
_ASKS = re.compile(
    r"(?!кто-то)(?:что|чем|почему|куда|кому|кто|сколько|какой|какая|какие|какое|откуда|можно|нужн\w+|есть|надо"
    r"|с какого|за что|\w+ ли)\b|.*\?\Z",
    re.IGNORECASE,
)
_DOUBTS = re.compile(
    r"«.+»\Z|(?:правда|лечит|взбодрит|поможет|помогает|будет|окупится|обязан|нужны|безопасно|подойдёт|вреден) ли\b"
    r"|есть ли (?:«|гмо|исслед|сахар)"
    r"|(?:тогда )?зачем|почему тогда|это .*\?\Z",
    re.IGNORECASE,
)
# A post to everybody does not talk of an illness, and means nothing that was named elsewhere.
_NOT_PUBLIC = re.compile(
    r"бол[еия]|непереносимость|лезут|не спит|сыпь|прыщи|беремен|вздул|стало плохо|к нему", re.IGNORECASE
)
_WHETHER = re.compile(r"\bли\b[^?]*(?<!»)\Z")
_WORD = re.compile(r"[а-яё]+", re.IGNORECASE)
_FORMAL = frozenset({"вы", "вас", "вам", "вами", "ваш", "ваша", "ваше", "ваши", "вашей", "вашего", "вашу", "ваших"})


@dataclass(frozen=True, slots=True)
class Section:
    """`text` is Telegram HTML without links. `formal`: it speaks to the reader with «вы»."""

    title: str
    heading: str
    text: Html
    as_of: date | None
    formal: bool

    @property
    def sort(self) -> Sort:
        """What its heading is: a doubt, a question, or something to know."""
        if _DOUBTS.match(self.heading):
            return "doubt"
        return "question" if _ASKS.match(self.heading) else "advice"

    @property
    def asked(self) -> str:
        """The heading as a question, if it is one."""
        return self.heading if self.heading.endswith("?") or self.heading.startswith("«") else f"{self.heading}?"


def sections(passages: Iterable[Passage]) -> list[Section]:
    """Each once, in the order of the passages."""
    found = (section for passage in passages for section in _sections(passage))
    return list({(section.title, section.heading): section for section in found}.values())


@lru_cache(maxsize=4096)
def _sections(passage: Passage) -> tuple[Section, ...]:
    pieces = _HEADING.split(passage.text)
    return tuple(filter(None, (_section(passage, *pair) for pair in zip(pieces[1::2], pieces[2::2], strict=True))))


def _section(passage: Passage, heading: str, text: str) -> Section | None:
    if (
        _BOUND.search(text)
        or _BOUND.search(heading)
        or _NOT_PUBLIC.search(heading)
        or (_LIST.search(text) and "{" in text)
    ):
        return None
    messages = to_messages(_WITH_SLOT.sub("", text).strip(), {})
    if len(messages) != 1 or not SHORTEST <= len(visible(messages[0])) <= LONGEST:
        return None
    title, heading = (" ".join(words.split())[:120] for words in (passage.title, heading.strip(" *#")))
    if not (title and heading):
        return None
    if _WHETHER.search(heading):
        heading += "?"
    return Section(title, heading, messages[0], passage.as_of, _is_formal(text))


def _is_formal(text: str) -> bool:
    return any(_speaks_formally(word.lower()) for word in _WORD.findall(text))


@lru_cache(maxsize=20_000)
def _speaks_formally(word: str) -> bool:
    if word in _FORMAL:
        return True
    tag = analyzer().parse(word)[0].tag if word.endswith(("те", "тесь")) else ""
    return "plur" in tag and ("impr" in tag or "2per" in tag)
