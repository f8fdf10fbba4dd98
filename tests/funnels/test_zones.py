"""The countries NL sells in, and every country of libphonenumber against the zones of the tz database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from funnels.zones import zone_for, zone_of_phone

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        # Russia: the region of a fixed line is known, that of a mobile number is not
        ("+74951234567", "Europe/Moscow"),
        ("+78121234567", "Europe/Moscow"),
        ("+74012123456", "Europe/Kaliningrad"),
        ("+78452123456", "Europe/Saratov"),
        ("+78462123456", "Europe/Samara"),
        ("+73432123456", "Asia/Yekaterinburg"),
        ("+73812123456", "Asia/Omsk"),
        ("+73832123456", "Asia/Novosibirsk"),
        ("+74232123456", "Asia/Vladivostok"),
        ("+79161234567", None),
        ("+79131234567", None),
        ("+78001234567", None),
        # the other countries of NL, mobile and fixed; Kazakhstan has one clock since March 2024
        ("+77012345678", "Asia/Almaty"),
        ("+77172123456", "Asia/Almaty"),
        ("+375291234567", "Europe/Moscow"),
        ("+998901234567", "Asia/Tashkent"),
        ("+996555123456", "Asia/Bishkek"),
        ("+995555123456", "Asia/Tbilisi"),
        ("+37491123456", "Asia/Yerevan"),
        ("+905321234567", "Europe/Istanbul"),
        ("+4915112345678", "Europe/Berlin"),
        ("+493012345678", "Europe/Berlin"),
        # no number, no such number, no country
        ("", None),
        ("89161234567", None),
        ("+7", None),
        ("+00", None),
        ("+88801234567", None),
        ("hello", None),
    ],
)
def test_the_zone_of_a_number(phone: str, zone: str | None) -> None:
    assert zone_of_phone(phone, now=NOW) == zone


def test_zones_that_differed_at_the_time_are_not_one() -> None:
    """Kazakhstan had two clocks until March 2024."""
    assert zone_of_phone("+77012345678", now=datetime(2023, 6, 1, tzinfo=UTC)) is None


def test_the_origin_is_told() -> None:
    assert zone_for(phone="+998901234567", partner_zone=MOSCOW, now=NOW) == (ZoneInfo("Asia/Tashkent"), "phone")
    assert zone_for(phone="+79161234567", partner_zone=MOSCOW, now=NOW) == (MOSCOW, "partner")
    assert zone_for(phone="", partner_zone=MOSCOW, now=NOW) == (MOSCOW, "partner")


def zones_of_countries() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _place, zone, *_comment = line.split("\t")
            table.setdefault(country, []).append(zone)
    return table


def year_of(zone: str) -> tuple[timedelta | None, ...]:
    return tuple((NOW + timedelta(weeks=week)).astimezone(ZoneInfo(zone)).utcoffset() for week in range(53))


def test_no_country_gets_the_clock_of_a_neighbour() -> None:
    wrong, known = [], 0
    zones = zones_of_countries()
    for country in sorted(phonenumbers.SUPPORTED_REGIONS & set(zones)):
        for number in filter(None, (phonenumbers.example_number_for_type(country, kind) for kind in TYPES)):
            phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            zone = zone_of_phone(phone, now=NOW)
            known += zone is not None
            if zone and year_of(zone) not in [year_of(own) for own in zones[country]]:
                wrong.append((country, phone, zone))
    assert wrong == []
    assert known > 350
