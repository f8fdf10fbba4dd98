"""The shape of a funnel file. Pure: what may stand in the YAML, nothing about where it is stored or sent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
Slot = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=48)]
# «[[ты|вы]]» stands for two forms, «{first_name|друзья}» for a variable and its fallback.
Text = Annotated[str, Field(min_length=1, max_length=8_000)]

Intent = Literal["client", "business", "curious"]
Pain = Literal["weight", "energy", "immunity", "beauty", "kids", "sport"]
Goal = Literal["10_30k", "50_100k", "200k_plus", "unsure"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answers(Part):
    """What a press says about the lead; empty fields say nothing."""

    intent: Intent | None = None
    pain: Pain | None = None
    detail: Key | None = None
    goal: Goal | None = None


class GoButton(Part):
    """Leads to another step."""

    type: Literal["go"]
    text: Label
    to: Key
    set: Answers = Answers()


class LinkButton(Part):
    """Leads to the partner's own link through the tracked redirect."""

    type: Literal["link"]
    text: Label
    slot: Slot


class AskButton(Part):
    """Invites a question in the person's own words; the place in the funnel is kept."""

    type: Literal["ask"]
    text: Label


class ContactButton(Part):
    """«Хочу, чтобы мне позвонили»: asks for the contact, with the consent first."""

    type: Literal["contact"]
    text: Label


FunnelButton = Annotated[GoButton | LinkButton | AskButton | ContactButton, Field(discriminator="type")]
Rows = Annotated[
    tuple[Annotated[tuple[FunnelButton, ...], Field(min_length=1, max_length=4)], ...], Field(max_length=12)
]


class BaseStep(Part):
    title: str = Field(default="", max_length=60)  # for people who read reports, not for leads
    text: Text
    buttons: Rows = ()


class Screen(BaseStep):
    type: Literal["screen"]
    picture: str = Field(default="", max_length=200)


class ProductScreen(BaseStep):
    """Shows one product of the catalogue: {product_name}, {price}, {as_of}, {portions}, {pv}; its picture, too."""

    type: Literal["product"]
    product: Key


class PayScreen(BaseStep):
    """Shows what the pay plan says about a goal: {pay_table}, {minimum_pv}, {plan_date} and the like."""

    type: Literal["pay"]
    goal: Goal


Step = Annotated[Screen | ProductScreen | PayScreen, Field(discriminator="type")]


class MenuGo(Part):
    """A button of the persistent keyboard that leads to a step."""

    type: Literal["go"]
    text: Label
    to: Key
    set: Answers = Answers()


class MenuAsk(Part):
    type: Literal["ask"]
    text: Label


MenuButton = Annotated[MenuGo | MenuAsk, Field(discriminator="type")]


class Notices(Part):
    """Short answers of the bot that belong to no step."""

    greeting: Text  # the first message: it says that this is an automatic assistant of the partner
    outdated: Text  # an old button of an edited funnel was pressed
    ask: Text  # invites a question
    question_kept: Text | None = None  # of funnels from before the curator answered: not said any more
    unsupported: Text  # a sticker, a voice message, an unknown command
    group: Text  # somebody speaks to the bot in a group
    group_button: Label  # leads from there to the private chat
    back: Label
    home: Label


class Funnel(Part):
    format: Literal[1]
    key: Key
    title: str = Field(min_length=1, max_length=120)
    start: Key
    menu: Annotated[tuple[tuple[MenuButton, ...], ...], Field(min_length=1, max_length=4)]
    notices: Notices
    steps: Annotated[dict[Key, Step], Field(min_length=1, max_length=300)]
