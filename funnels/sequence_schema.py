"""The shape of a warm-up sequence file. Pure, like `schema`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from funnels.schema import AskButton, ContactButton, Goal, GoButton, Intent, Key, Label, LinkButton, Pain, Part, Text

# What of a lead's preferences in /settings a message belongs to.
Topic = Literal["tips", "offers", "business"]


class SnoozeButton(Part):
    """«Не сейчас»: seven days of silence, the place is kept."""

    type: Literal["snooze"]
    text: Label


SequenceButton = Annotated[
    GoButton | LinkButton | AskButton | SnoozeButton | ContactButton, Field(discriminator="type")
]
Row = Annotated[tuple[SequenceButton, ...], Field(min_length=1, max_length=4)]
Rows = Annotated[tuple[Row, ...], Field(max_length=6)]


class Entry(Part):
    """Who enters: leads whose answers are these, after they saw a product or a pay screen."""

    intent: Intent
    pain: Pain | None = None
    goals: tuple[Goal, ...] = ()


class Late(Part):
    """What becomes of a message whose time passed while nothing was sent.

    send: at once, if no more than `hours` late, else skip; shift: to the next allowed time; skip: never.
    """

    policy: Literal["send", "shift", "skip"]
    hours: Annotated[int, Field(ge=1, le=240)] | None = None


class Variant(Part):
    """A text on trial; the step's own text is variant «a»."""

    key: Annotated[str, Field(pattern=r"^[b-e]$")]
    text: Text


class SequenceStep(Part):
    key: Key
    title: str = Field(default="", max_length=60)
    after: str = Field(max_length=40)  # «24h», «3d», «next_day 10:00»: funnels.timing reads it
    text: Text
    picture: str = Field(default="", max_length=200)
    buttons: Rows = ()
    late: Late = Late(policy="shift")
    asks_contact: bool = False  # after this step the lead is asked for a contact, if none was left
    variants: Annotated[tuple[Variant, ...], Field(max_length=4)] = ()


class Sequence(Part):
    format: Literal[1]
    key: Key
    title: str = Field(min_length=1, max_length=120)
    topic: Topic
    entry: Entry
    leave_on_contact: bool = True  # whether a contact left ends the sequence
    steps: Annotated[tuple[SequenceStep, ...], Field(min_length=1, max_length=40)]
