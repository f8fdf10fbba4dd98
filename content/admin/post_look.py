"""A post as a person sees it before a decision: as in Telegram, what is wrong with it, and what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from content import markup
from content.differences import Piece, changes
from content.messages import Html
from content.models import Post, PostAct
from content.posts.links import published
from content.queries.post_checks import mark_of
from content.services.posts.tracking import own_links
from partners.addresses import chat_address

AROUND = 40  # letters on either side of a place in the text
MOST_ACTS = 100


@dataclass(frozen=True, slots=True)
class Look:
    """`html` is empty while Telegram would refuse the text."""

    html: SafeString | str
    picture: str
    length: int
    limit: int

    @classmethod
    def of(cls, post: Post) -> Look:
        text = published(Html(post.text), links=own_links(post.partner), mark=mark_of(post))
        length = markup.telegram_length(markup.visible(text))
        return cls(
            # Telegram's few tags are safe for a browser, too, when there is nothing else in the text.
            html=mark_safe(text) if text.strip() and not markup.fault(text) else "",
            picture=post.picture.file.url if post.picture else "",
            length=length,
            limit=markup.MESSAGE_LIMIT,
        )

    @property
    def is_split(self) -> bool:
        return bool(self.picture) and self.length > markup.CAPTION_LIMIT


@dataclass(frozen=True, slots=True)
class Place:
    """A finding, with the words that it is about."""

    level: str
    sentence: str
    before: str = ""
    words: str = ""
    after: str = ""


def places(post: Post) -> list[Place]:
    return [_place(post.text, row) for row in post.findings]


def _place(text: str, row: dict[str, str | int]) -> Place:
    start, end = int(row.get("start", 0)), int(row.get("end", 0))
    level, sentence = str(row.get("level", "blocks")), str(row.get("sentence", ""))
    if not 0 <= start < end <= len(text):
        return Place(level, sentence)
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return Place(
        level,
        sentence,
        before=("…" if start > AROUND else "") + before,
        words=text[start:end],
        after=after + ("…" if end + AROUND < len(text) else ""),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the history. `planned`: the moment that a schedule names; `pieces`: what changed in the text."""

    act: PostAct
    planned: datetime | None
    pieces: Sequence[Piece]


def steps(post: Post) -> list[Step]:
    """The newest first."""
    found: list[Step] = []
    text = ""
    for act in reversed(post.acts.order_by("-at", "-id")[:MOST_ACTS]):
        pieces = list(changes(text, act.text)) if act.text and text and act.text != text else []
        found.append(Step(act, _planned(act), pieces))
        text = act.text or text
    return found[::-1]


def _planned(act: PostAct) -> datetime | None:
    if act.act != PostAct.Act.SCHEDULED:
        return None
    try:
        return datetime.fromisoformat(act.comment)
    except ValueError:
        return None


def address(post: Post) -> str:
    """Where it stands in Telegram, or should stand; empty if nobody can tell."""
    if not post.chat_id:
        return ""
    numbers = [post.thread_id, post.message_id] if post.message_id else [post.thread_id or 1]
    return chat_address(post.chat_id, *(number for number in numbers if number))
