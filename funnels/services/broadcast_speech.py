"""How the bot speaks of a broadcast to its partner. Reads only; behind a door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from content import template
from content.messages import Button, Html, Message, Style
from content.russian import number, plural
from funnels.broadcast_groups import group_of
from funnels.broadcast_words import BroadcastWords, ButtonName, Line, Say
from funnels.models import Broadcast
from funnels.panel_words import panel_data
from funnels.phrases import say
from funnels.segments import Segment
from funnels.services.broadcast_drafts import partner_facts
from funnels.services.broadcast_progress import Progress, progress
from funnels.services.presets import broadcast_words
from partners.models import Partner

State = Broadcast.State
Rows = tuple[tuple[Button, ...], ...]
TITLES: dict[str, Say] = {
    State.SENDING: "progress",
    State.PAUSED: "paused",
    State.FINISHED: "finished",
    State.CANCELLED: "cancelled",
}
COMMANDS: dict[str, tuple[tuple[ButtonName, str], ...]] = {
    State.SENDING: (("refresh", "bc_look"), ("pause", "bc_pause"), ("cancel", "bc_cancel")),
    State.PAUSED: (("resume", "bc_resume"), ("cancel", "bc_cancel")),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """One partner's bot, speaking to the partner."""

    partner: Partner
    words: BroadcastWords

    @classmethod
    def of(cls, partner: Partner) -> Speech:
        return cls(partner, broadcast_words())

    def plain(
        self, key: Say, values: Mapping[str, str] | None = None, *, buttons: Rows = (), edits: bool = False
    ) -> Message:
        text = say(self.words.say[key], partner_facts(self.partner), values)
        return Message(text, buttons=buttons, edits=edits)

    def line(self, key: Line, **values: str) -> Html:
        return say(self.words.lines[key], partner_facts(self.partner), values)

    def lines(self, found: Iterator[Html]) -> Html:
        return Html("\n".join(found))

    def button(self, name: ButtonName, word: str, id_: int, argument: str = "") -> Button:
        return Button(template.label(self.words.buttons[name], self.style), panel_data(word, id_, argument))

    @property
    def style(self) -> Style:
        return partner_facts(self.partner).style

    def group(self, broadcast: Broadcast) -> str:
        name = group_of(Segment.read(broadcast.segment))
        return template.label(self.words.groups[name], self.style) if name else "…"

    def left_out(self, reasons: Mapping[str, int]) -> Html:
        return self.line("left_out", reasons=self._reasons(reasons)) if reasons else Html("")

    def _reasons(self, reasons: Mapping[str, int]) -> Html:
        told = (
            self.line("reason", reason=self.words.reasons.get(reason, reason), count=number(count))
            for reason, count in reasons.items()
        )
        return Html(", ".join(told))

    def progress(
        self, broadcast: Broadcast, now: datetime, *, title: Say | None = None, edits: bool = False
    ) -> Message:
        """Where it stands, with what can be done about it."""
        seen = progress(broadcast=broadcast, now=now)
        summary = self.lines(self._summary(broadcast, seen))
        rows = [(self.button(name, word, broadcast.pk),) for name, word in COMMANDS.get(broadcast.state, ())]
        return self.plain(title or TITLES[broadcast.state], {"summary": summary}, buttons=tuple(rows), edits=edits)

    def _summary(self, broadcast: Broadcast, seen: Progress) -> Iterator[Html]:
        counted = seen.tally
        due = counted.waiting + counted.sending - seen.later
        yield self.line("promised", count=number(counted.promised))
        plain: tuple[tuple[Line, int], ...] = (
            ("sent", counted.sent),
            ("waiting", due),
            ("held", counted.held),
            ("unknown", counted.unknown),
        )
        yield from (self.line(key, count=number(count)) for key, count in plain if count)
        if seen.next_at is not None and seen.later:
            at = seen.next_at.astimezone(ZoneInfo(self.partner.time_zone))
            yield self.line("later", time=f"{at:%H:%M %d.%m}", count=number(seen.later))
        if counted.failed:
            yield self.line("failed", count=number(counted.all_failed), reasons=self._reasons(counted.failed))
        if counted.skipped:
            yield self.line("skipped", count=number(counted.all_skipped), reasons=self._reasons(counted.skipped))
        if broadcast.state == State.SENDING and seen.minutes_left:
            yield self.line("speed", speed=number(seen.per_minute), minutes=number(seen.minutes_left))
        if broadcast.state == State.PAUSED and broadcast.pause_reason:
            yield self.line("why_paused", reason=broadcast.pause_reason)


def people(count: int) -> str:
    return plural(count, "человек", "человека", "человек")


def to_people(count: int) -> str:
    return plural(count, "человеку", "людям", "людям")
