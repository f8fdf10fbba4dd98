"""What people liked in a channel, from Telegram's own export (`result.json`): topics, never texts. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeGuard

from django.utils.translation import gettext as _

from content.claims.words import analyzer, names_somebody
from content.knowledge.words import STOP

MAX_BYTES = 30 << 20
MOST_MESSAGES = 50_000
MOST_LETTERS = 4_096  # of a message that are looked at
MOST_POPULAR = 2**31 - 1
BIGGEST_ID = 2**63 - 1
WORDS_OF_TOPIC = 5
SHORTEST_WORD = 4
SOURCE_LENGTH = 120

_WORD = re.compile(r"[а-яё]{4,30}")
_SENTENCE = re.compile(r"[.!?…\n]+")
_OTHERS = re.compile(r"(?:https?://|t\.me/|@|#)\S+")


class ExportError(ValueError):
    """The sentence says what is wrong with the file."""


@dataclass(frozen=True, slots=True)
class Liked:
    """A message of the channel: `topic` is a few dictionary words, the most telling first."""

    message_id: int
    topic: str
    written_on: date
    popularity: int


@dataclass(frozen=True, slots=True)
class Export:
    """`skipped`: entries without words to speak of, such as pictures and service messages."""

    source: str
    liked: tuple[Liked, ...]
    skipped: int


def read_export(data: bytes) -> Export:
    """Raises ExportError. Popularity is reactions; an export without any reaction is measured by views."""
    chat = _chat(data)
    entries = chat["messages"]
    if len(entries) > MOST_MESSAGES:
        sentence = _("The export has more than %(most)s messages: export fewer months at a time.")
        raise ExportError(sentence % {"most": MOST_MESSAGES})
    known = [entry for entry in entries if isinstance(entry, dict)]
    by_reactions = any(_reactions(entry) for entry in known)
    liked = {one.message_id: one for entry in known if (one := _liked(entry, by_reactions))}
    name = chat.get("name")
    source = " ".join(name.replace("\0", "").split())[:SOURCE_LENGTH] if isinstance(name, str) else ""
    return Export(source, tuple(liked.values()), len(entries) - len(liked))


def topic_of(text: str) -> str:
    """Nouns of the first sentence, then the most frequent ones; without names, links and numbers."""
    text = _OTHERS.sub(" ", text[:MOST_LETTERS]).lower()
    sentences = [sentence for sentence in _SENTENCE.split(text) if _WORD.search(sentence)]
    first = list(_nouns(sentences[0])) if sentences else []
    frequent = [noun for noun, count in Counter(_nouns(text)).most_common() if count > 1]
    return ", ".join(list(dict.fromkeys([*first[: WORDS_OF_TOPIC - 1], *frequent, *first]))[:WORDS_OF_TOPIC])


def _chat(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise ExportError(_("The file is larger than %(limit)s MB: split it.") % {"limit": MAX_BYTES >> 20})
    try:
        chat = json.loads(data)
    except (ValueError, RecursionError):  # a number of a million digits is a ValueError, too
        raise ExportError(_("This is no JSON. Choose the file result.json of an export from Telegram.")) from None
    if not isinstance(chat, dict) or not isinstance(chat.get("messages"), list):
        raise ExportError(_("This is no export of one chat: export the channel itself, in the format JSON."))
    return chat


def _liked(entry: dict[str, Any], by_reactions: bool) -> Liked | None:
    number, day, topic = entry.get("id"), _day(entry.get("date")), topic_of(_text(entry.get("text")))
    if entry.get("type") != "message" or not _is_number(number) or day is None or not topic:
        return None
    views = entry.get("views")
    popularity = _reactions(entry) if by_reactions else views if _is_number(views) else 0
    return Liked(number, topic, day, min(popularity, MOST_POPULAR))


def _reactions(entry: dict[str, Any]) -> int:
    rows = entry.get("reactions")
    counts = (row.get("count") for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return sum(count for count in counts if _is_number(count))


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= BIGGEST_ID


def _day(value: object) -> date | None:
    try:
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> str:
    """A text, or pieces of it with their formats."""
    if not isinstance(value, list):
        return value if isinstance(value, str) else ""
    pieces = (piece.get("text") if isinstance(piece, dict) else piece for piece in value)
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _nouns(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        parsed = analyzer().parse(word)[0]
        lemma = parsed.normal_form
        if parsed.tag.POS == "NOUN" and len(lemma) >= SHORTEST_WORD and lemma not in STOP and not names_somebody(lemma):
            yield lemma
