"""What goes to a model and what comes back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

PICTURE = 1_000  # tokens that one counts as, so that its price is that of a thousand

Role = Literal["user", "assistant"]
Status = Literal["ok", "truncated", "filtered"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a dialogue."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Without names and phones of leads: see `content.ai.prompt`. `max_tokens` bounds the answer."""

    system: str
    turns: tuple[Turn, ...]
    max_tokens: int = 800
    temperature: float = 0.3


@dataclass(frozen=True, slots=True)
class Completion:
    """`tokens_in` and `tokens_out` as the provider counted them: they are what it charges."""

    text: str
    status: Status
    tokens_in: int
    tokens_out: int
    model: str


@dataclass(frozen=True, slots=True)
class Embedding:
    vector: tuple[float, ...]
    tokens_in: int
    model: str
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Ordered:
    """A picture that will be drawn; `operation` is what to ask for it."""

    operation: str
    model: str
    tokens_in: int = PICTURE
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, Markdown with link slots like `{shop_link}`. `as_of`: when its facts held."""

    title: str
    text: str
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A link that an answer may contain: the partner's own address and the words to press."""

    url: str
    label: str
