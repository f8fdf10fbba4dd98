"""The zone a lead lives in, as far as their phone number tells. Pure: libphonenumber's tables, no look-ups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers.timezone import time_zones_for_geographical_number, time_zones_for_number

Origin = Literal["phone", "partner"]

# Where libphonenumber names a neighbour that once had the same clock, or only half of the year has it.
CORRECTIONS = {
    "+740": "Europe/Kaliningrad",
    "+7845": "Europe/Saratov",
    "+211": "Africa/Juba",
    "+212": "Africa/Casablanca",
    "+213": "Africa/Algiers",
    "+218": "Africa/Tripoli",
    "+505": "America/Managua",
    "+970": "Asia/Gaza",
}
RUSSIAN_MOBILE = "+79"


class LeadZone(NamedTuple):
    zone: ZoneInfo
    origin: Origin


def zone_for(*, phone: str, partner_zone: ZoneInfo, now: datetime) -> LeadZone:
    """The lead's zone and how it is known; `phone` is in E.164 or empty."""
    name = zone_of_phone(phone, now=now)
    return LeadZone(ZoneInfo(name), "phone") if name else LeadZone(partner_zone, "partner")


def zone_of_phone(phone: str, *, now: datetime) -> str | None:
    """The zone of a number in E.164; None if its region has several clocks or is unknown.

    A Russian mobile number tells no region: its owner may live anywhere from Kaliningrad to Kamchatka.
    """
    if not phone or phone.startswith(RUSSIAN_MOBILE):  # most leads by far; the look-up takes 0.2 ms
        return None
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    corrected = next((zone for prefix, zone in CORRECTIONS.items() if phone.startswith(prefix)), None)
    return corrected or _one_clock(_zones(number), now.year)


def _zones(number: phonenumbers.PhoneNumber) -> tuple[str, ...]:
    # Kazakh mobile numbers share +7 with Russia's but say their country.
    in_kazakhstan = phonenumbers.region_code_for_number(number) == "KZ"
    zones = time_zones_for_geographical_number if in_kazakhstan else time_zones_for_number
    return tuple(zones(number))


@lru_cache(maxsize=512)
def _one_clock(names: tuple[str, ...], year: int) -> str | None:
    """The first of the zones if all of them show the same time, week by week, in this year and the next."""
    try:
        zones = [ZoneInfo(name) for name in names]
    except ZoneInfoNotFoundError:  # also libphonenumber's Etc/Unknown
        return None
    weeks = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(weeks=number) for number in range(105)]
    clocks = {tuple(week.astimezone(zone).utcoffset() for week in weeks) for zone in zones}
    return names[0] if len(clocks) == 1 else None
