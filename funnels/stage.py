"""What is said in a simulated talk, and from what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from content.messages import Button, Message, Style
from content.payplan import PayPlan
from funnels.facts import Facts, LeadFacts, PartnerFacts, ProductFacts
from funnels.phrases import Consents, Phrases
from funnels.render import Keyboard, menu_keyboard
from funnels.schema import Funnel
from funnels.sequence_schema import Sequence
from funnels.speech import Voice
from funnels.timing import QuietHours

LINK = "play:"  # stands before the slot in the address of a link button

NoteKind = Literal["entered", "missed", "left", "linked", "unplayed", "broken", "no_funnel", "ask"]


@dataclass(frozen=True, slots=True)
class World:
    """What the bot speaks from. `begins`: the sequence that is played, None for the funnel."""

    funnel: Funnel | None
    sequences: Mapping[str, Sequence]
    products: Mapping[str, ProductFacts]
    plan: PayPlan
    partner: PartnerFacts
    country: str
    phrases: Phrases
    consents: Consents
    begins: Sequence | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    begun: datetime
    zone: ZoneInfo
    quiet: QuietHours
    style: Style
    name: str


@dataclass(frozen=True, slots=True)
class Note:
    """What happened beside the talk; `about` is a title, an exit or a slot."""

    kind: NoteKind
    about: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the bot, words of the lead (a str), or a note; `title` is that of a warm-up message."""

    at: datetime
    said: Message | str | Note
    title: str = ""


@dataclass(slots=True)
class Stage:
    world: World
    setup: Setup
    now: datetime
    lines: list[Line] = field(default_factory=list)

    @property
    def keyboard(self) -> Keyboard:
        return next((message.keyboard for message in self._messages() if message.keyboard), ())

    @property
    def contact_key(self) -> str:
        return next((message.contact_key for message in self._messages() if message.keyboard), "")

    def _messages(self) -> Iterator[Message]:
        return (line.said for line in reversed(self.lines) if isinstance(line.said, Message))

    def button(self, number: int, data: str) -> Button | None:
        """The button with this callback, or to this slot, under the line."""
        said = self.lines[number].said if 0 <= number < len(self.lines) else None
        buttons = [button for row in said.buttons for button in row] if isinstance(said, Message) else []
        return next((one for one in buttons if data and data in (one.callback, slot_of(one))), None)

    @property
    def facts(self) -> Facts:
        return Facts(LeadFacts(self.setup.name), self._partner, self.world.products, self.world.plan, _link)

    @property
    def voice(self) -> Voice:
        menu = menu_keyboard(self.world.funnel, self.setup.style) if self.world.funnel else ()
        return Voice(self.world.phrases, self.world.consents, self._partner, menu)

    @property
    def _partner(self) -> PartnerFacts:
        return replace(self.world.partner, style=self.setup.style)

    def answer(self, messages: Iterable[Message], line: int = -1) -> None:
        """`line`: whose button was pressed; the message there may be edited."""
        for message in messages:
            if message.edits and line >= 0:
                self.lines[line] = Line(self.lines[line].at, message)
            else:
                self.bot(message)

    def bot(self, message: Message, title: str = "") -> None:
        self.lines.append(Line(self.now, message, title))

    def lead(self, words: str) -> None:
        self.lines.append(Line(self.now, words))

    def note(self, kind: NoteKind, about: str = "") -> None:
        self.lines.append(Line(self.now, Note(kind, about)))


def slot_of(button: Button) -> str:
    return button.url.removeprefix(LINK)


def _link(slot: str, step: str) -> str:
    return f"{LINK}{slot}"
