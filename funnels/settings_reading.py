"""Times, hours and zones as people type them. Pure."""

from __future__ import annotations

import re
from datetime import time
from zoneinfo import available_timezones

CITIES = {  # what NL's partners choose from, westward first
    "Калининград": "Europe/Kaliningrad",
    "Москва": "Europe/Moscow",
    "Самара": "Europe/Samara",
    "Екатеринбург": "Asia/Yekaterinburg",
    "Омск": "Asia/Omsk",
    "Новосибирск": "Asia/Novosibirsk",
    "Красноярск": "Asia/Krasnoyarsk",
    "Иркутск": "Asia/Irkutsk",
    "Якутск": "Asia/Yakutsk",
    "Владивосток": "Asia/Vladivostok",
    "Магадан": "Asia/Magadan",
    "Петропавловск-Камчатский": "Asia/Kamchatka",
    "Берлин": "Europe/Berlin",
    "Стамбул": "Europe/Istanbul",
    "Минск": "Europe/Minsk",
    "Тбилиси": "Asia/Tbilisi",
    "Ереван": "Asia/Yerevan",
    "Алматы": "Asia/Almaty",
    "Ташкент": "Asia/Tashkent",
    "Бишкек": "Asia/Bishkek",
}
_CLOCK = r"(\d{1,2})(?:[:. ]?(\d{2}))?"
_ONE = re.compile(rf"(?:в )?{_CLOCK}(?: ?ч[а-я]*)?", re.ASCII)
_TWO = re.compile(r"(?:с )?(\d{1,2})(?:[:.](\d{2}))?(?: ?[-–—] ?| до | по )(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


def read_clock(text: str) -> time | None:
    """«8:30», «08.30», «в 9», «9 часов»."""
    found = _ONE.fullmatch(_plain(text))
    return _time(found[1], found[2]) if found else None


def read_hours(text: str) -> tuple[time, time] | None:
    """«22:00–09:00», «с 22 до 9»."""
    found = _TWO.fullmatch(_plain(text))
    if found is None:
        return None
    start, end = _time(found[1], found[2]), _time(found[3], found[4])
    return None if start is None or end is None else (start, end)


def read_zone(text: str) -> str | None:
    """A city of ours, or the name of a zone in any case."""
    wanted = _plain(text).replace("ё", "е")
    cities = {city.casefold(): zone for city, zone in CITIES.items()}
    zones = {name.casefold(): name for name in available_timezones() if "/" in name}
    return cities.get(wanted) or zones.get(wanted.replace(" ", "_"))


def _time(hour: str, minute: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    return time(hours % 24, minutes) if (hours < 24 and minutes < 60) or (hours, minutes) == (24, 0) else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
