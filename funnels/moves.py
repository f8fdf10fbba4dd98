"""The words of the engine: where a lead is, what they may do, and what is decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from content.messages import Message
from funnels.callbacks import AskNow, Jump, Press
from funnels.schema import Answers

NOTHING = Answers()
Kind = Literal[
    "started", "screen_shown", "button_pressed", "message_received", "question_asked", "outdated_pressed",
    "contact_asked", "contact_left", "contact_removed", "consent_given", "consent_withdrawn", "unsubscribed",
    "topic_changed", "support_asked", "data_exported",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """Where a lead is. `path` are the steps before `step`, for «Назад»; a step stands in it once.

    `asking`: what the next text answers, a stored `dialogue.Asking`; a move in the funnel leaves it behind.
    """

    version: int
    step: str
    path: tuple[str, ...] = ()
    answers: Answers = NOTHING
    asking: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """`entry` is the step that a deep link leads to; an unknown one is an ordinary start."""

    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """A command that leads to the main menu."""


@dataclass(frozen=True, slots=True)
class MenuPress:
    """A press of the persistent keyboard, which arrives as its label."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A free text; the engine needs no more than its length."""

    length: int


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A sticker, a voice message, an unknown command and the like."""


Event = Start | Home | Press | Jump | AskNow | MenuPress | Text | Unsupported


@dataclass(frozen=True, slots=True)
class Happened:
    """What statistics and scoring will read."""

    kind: Kind
    step: str
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    messages: tuple[Message, ...]
    state: State
    events: tuple[Happened, ...] = ()

    @property
    def answers(self) -> Answers:
        return self.state.answers


def spoken(answers: Answers) -> dict[str, str]:
    """The answers that say something, by name."""
    return {name: value for name, value in vars(answers).items() if value}


def merge(old: Answers, said: Answers) -> Answers:
    """What is known after a press. Another intent or pain makes the choices under the old one void."""
    new = spoken(said)
    void: tuple[str, ...] = ()
    if new.get("intent", old.intent) != old.intent:
        void = ("pain", "detail", "goal")
    elif new.get("pain", old.pain) != old.pain:
        void = ("detail",)
    return old.model_copy(update=dict.fromkeys(void) | new) if new else old
