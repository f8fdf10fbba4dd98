"""A simulated life as the page shows it: bubbles by day, in the lead's zone, and words for what happened beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from content.messages import Button, Message
from funnels.lived_warmup import Planned
from funnels.services.preview import html
from funnels.simulator import Life
from funnels.stage import LINK, Line, Note, slot_of

ENDS = {
    "finished": gettext_lazy("finished"),
    "ordered": gettext_lazy("ordered"),
    "contact": gettext_lazy("left a contact"),
    "unsubscribed": gettext_lazy("unsubscribed"),
    "blocked": gettext_lazy("blocked the bot"),
    "other_branch": gettext_lazy("chose something else"),
}
WHY = {
    "quiet": gettext_lazy("quiet hours"),
    "apart": gettext_lazy("20 hours after the message before"),
    "snoozed": gettext_lazy("the lead asked for silence"),
}
NOTES = {
    "entered": gettext_lazy("Entered the sequence “%(about)s”"),
    "missed": gettext_lazy("Left out because it came too late: %(about)s"),
    "left": gettext_lazy("The sequence ended: %(about)s"),
    "linked": gettext_lazy("Followed the link: %(about)s"),
    "unplayed": gettext_lazy("This button works in the bot only."),
    "broken": gettext_lazy("The text has a mistake here. %(about)s"),
    "no_funnel": gettext_lazy("No funnel is published, so this button leads nowhere."),
    "ask": gettext_lazy("Here the lead asks in their own words, and the curator answers."),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A button and the act that its press is; no act: it cannot be played."""

    text: str
    act: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Bubble:
    """`who`: «bot», «lead» or «note»."""

    who: str
    at: datetime
    html: SafeString | str
    title: str = ""
    picture: str = ""
    rows: tuple[tuple[Key, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    now: datetime
    days: list[tuple[date, list[Bubble]]]
    keyboard: list[list[Key]]
    planned: Planned | None
    planned_at: datetime | None
    why: list[Promise]
    end: Promise | None
    may_leave: bool

    @classmethod
    def of(cls, life: Life) -> Page:
        zone = life.stage.setup.zone
        bubbles = [_bubble(number, line, life) for number, line in enumerate(life.stage.lines)]
        try:
            planned = life.warmup.planned(life.now)
        except ValueError:  # the page says beside it what is wrong
            planned = None
        ended = [stay.end for stay in life.warmup.stays.values() if stay.end]
        return cls(
            now=_wall(life.now, life),
            days=[(day, list(of_day)) for day, of_day in groupby(bubbles, key=lambda bubble: bubble.at.date())],
            keyboard=list(_keyboard(life)),
            planned=planned,
            planned_at=planned.at.astimezone(zone).replace(tzinfo=None) if planned else None,
            why=[WHY[why] for why in planned.why] if planned else [],
            end=ENDS[ended[-1]] if ended and life.warmup.running is None else None,
            may_leave=life.warmup.running is not None,
        )


def _wall(moment: datetime, life: Life) -> datetime:
    """The lead's own clock; without a zone, or the template would bring it back to the server's."""
    return moment.astimezone(life.stage.setup.zone).replace(tzinfo=None)


def _bubble(number: int, line: Line, life: Life) -> Bubble:
    at = _wall(line.at, life)
    match line.said:
        case Message() as message:
            rows = tuple(tuple(_key(number, button) for button in row) for row in message.buttons)
            return Bubble("bot", at, html(message), line.title, message.picture, rows)
        case Note(kind, about):
            word = ENDS.get(about, about) if kind == "left" else about
            return Bubble("note", at, str(NOTES[kind]) % {"about": word})
        case words:
            return Bubble("lead", at, words)


def _key(number: int, button: Button) -> Key:
    if button.url.startswith(LINK):
        return Key(button.text, f"link:{number}:{slot_of(button)}", is_link=True)
    return Key(button.text, f"press:{number}:{button.callback}" if button.callback else "")


def _keyboard(life: Life) -> Iterator[list[Key]]:
    if life.stage.contact_key:
        yield [Key(life.stage.contact_key, "phone")]
    number = 0
    for row in life.stage.keyboard:
        yield [Key(label, f"key:{number + place}") for place, label in enumerate(row)]
        number += len(row)
