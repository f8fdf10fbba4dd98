"""The fields of /my_settings: how each is shown, chosen with a button, and read from what is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from botrunner.panel.visit import Visit
from botrunner.panel.words import line, shortened
from content import template
from funnels.panel_texts import ButtonName, Say
from funnels.services.presets import panel_texts
from funnels.settings_reading import CITIES, read_clock, read_hours, read_zone
from partners.models import Partner

Choices = list[tuple[str, str]]  # (key of up to 16 letters, label)
LONGEST_SHOWN = 3_000  # of a story, above which its question would not fit into a message


class Unreadable(ValueError):
    """`say` tells how to write it."""

    def __init__(self, say: Say) -> None:
        super().__init__(say)
        self.say = say


@dataclass(frozen=True, slots=True)
class Field:
    """`wrong` answers what is refused by the partner's own rules."""

    key: str
    wrong: Say
    columns = 2
    typed = True

    @property
    def title(self) -> Say:
        return cast(Say, f"set_{self.key}")

    @property
    def button(self) -> ButtonName:
        return cast(ButtonName, f"field_{self.key}")

    def shown(self, visit: Visit, partner: Partner) -> str:
        raise NotImplementedError

    def choices(self, visit: Visit, partner: Partner) -> Choices:
        return []

    def chosen(self, choice: str) -> Mapping[str, Any] | None:
        """None for a choice that there is not, any more."""
        return None

    def read(self, text: str) -> Mapping[str, Any]:
        """Raises Unreadable."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class TextField(Field):
    column: str
    may_be_empty: bool = False
    lines: bool = False

    def shown(self, visit: Visit, partner: Partner) -> str:
        return shortened(getattr(partner, self.column), LONGEST_SHOWN) or line(visit, "nothing")

    def choices(self, visit: Visit, partner: Partner) -> Choices:
        filled = self.may_be_empty and getattr(partner, self.column)
        return [("empty", label(visit, "empty"))] if filled else []

    def chosen(self, choice: str) -> Mapping[str, Any] | None:
        return {self.column: ""} if choice == "empty" and self.may_be_empty else None

    def read(self, text: str) -> Mapping[str, Any]:
        if not text or ("\n" in text and not self.lines):
            raise Unreadable(self.wrong)
        return {self.column: text}


@dataclass(frozen=True, slots=True)
class ClockField(Field):
    column: str
    offered: tuple[int, ...]  # hours
    columns = 4

    def shown(self, visit: Visit, partner: Partner) -> str:
        return f"{getattr(partner, self.column):%H:%M}"

    def choices(self, visit: Visit, partner: Partner) -> Choices:
        return [(f"{hour:02}00", f"{hour:02}:00") for hour in self.offered]

    def chosen(self, choice: str) -> Mapping[str, Any] | None:
        at = read_clock(choice)
        return {self.column: at} if at is not None else None

    def read(self, text: str) -> Mapping[str, Any]:
        at = read_clock(text)
        if at is None:
            raise Unreadable("wrong_clock")
        return {self.column: at}


@dataclass(frozen=True, slots=True)
class HoursField(Field):
    start: str
    end: str
    offered: tuple[tuple[int, int], ...]  # from hour to hour
    equal: Say = "always"  # what hours mean that end where they begin

    def shown(self, visit: Visit, partner: Partner) -> str:
        hours = getattr(partner, self.start), getattr(partner, self.end)
        return line(visit, self.equal) if hours[0] == hours[1] else f"{hours[0]:%H:%M}–{hours[1]:%H:%M}"

    def choices(self, visit: Visit, partner: Partner) -> Choices:
        return [
            (f"{start}-{end}", f"{start:02}:00–{end:02}:00" if start != end else line(visit, self.equal))
            for start, end in self.offered
        ]

    def chosen(self, choice: str) -> Mapping[str, Any] | None:
        hours = read_hours(choice)
        return {self.start: hours[0], self.end: hours[1]} if hours else None

    def read(self, text: str) -> Mapping[str, Any]:
        hours = read_hours(text)
        if hours is None:
            raise Unreadable("wrong_hours")
        return {self.start: hours[0], self.end: hours[1]}


@dataclass(frozen=True, slots=True)
class ZoneField(Field):
    """The keys of its choices are the last words of the zones' names."""

    def shown(self, visit: Visit, partner: Partner) -> str:
        cities = {zone: city for city, zone in CITIES.items()}
        return cities.get(partner.time_zone, partner.time_zone)

    def choices(self, visit: Visit, partner: Partner) -> Choices:
        return [(_last(zone), city) for city, zone in CITIES.items()]

    def chosen(self, choice: str) -> Mapping[str, Any] | None:
        return next(({"time_zone": zone} for zone in CITIES.values() if _last(zone) == choice), None)

    def read(self, text: str) -> Mapping[str, Any]:
        zone = read_zone(text)
        if zone is None:
            raise Unreadable("wrong_zone")
        return {"time_zone": zone}


@dataclass(frozen=True, slots=True)
class SwitchField(Field):
    column: str
    options: tuple[tuple[str, Any, ButtonName], ...]  # key, value, label
    typed = False

    def shown(self, visit: Visit, partner: Partner) -> str:
        now = getattr(partner, self.column)
        return next(label(visit, name) for _key, value, name in self.options if value == now)

    def choices(self, visit: Visit, partner: Partner) -> Choices:
        return [(key, label(visit, name)) for key, _value, name in self.options]

    def chosen(self, choice: str) -> Mapping[str, Any] | None:
        return next(({self.column: value} for key, value, _name in self.options if key == choice), None)


def label(visit: Visit, name: ButtonName) -> str:
    return template.label(panel_texts().buttons[name], visit.script.partner.style)


def _last(zone: str) -> str:
    return zone.rpartition("/")[2].lower()


def _by_key(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.key: field for field in fields}


FIELDS = _by_key((
    TextField("name", "wrong_name", "name"),
    TextField("story", "wrong_story", "story", may_be_empty=True, lines=True),
    TextField("shop", "wrong_link", "shop_link"),
    TextField("registration", "wrong_link", "registration_link", may_be_empty=True),
    SwitchField("style", "nothing", "communication_style", (("ty", "ty", "style_ty"), ("vy", "vy", "style_vy"))),
    ClockField("digest", "wrong_clock", "digest_at", (7, 8, 9, 10, 12, 18, 20, 21)),
    HoursField("work", "wrong_hours", "work_from", "work_to", ((9, 18), (9, 21), (10, 19), (10, 22), (0, 0))),
    HoursField("quiet", "wrong_quiet", "quiet_from", "quiet_to", ((21, 10), (21, 9), (22, 9), (23, 8)), "never"),
    ZoneField("zone", "wrong_zone"),
    SwitchField("notify", "nothing", "lead_notifications", (("on", True, "notify_on"), ("off", False, "notify_off"))),
))  # fmt: skip
