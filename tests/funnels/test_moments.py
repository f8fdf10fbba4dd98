"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.moments import Unreadable, read_moment

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=MOSCOW)  # a Sunday


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("25.11 18:30", "2026-11-25 18:30"),
        ("25.11 в 18.30", "2026-11-25 18:30"),
        ("25.11.2026, 18:30", "2026-11-25 18:30"),
        ("25.11.26 9:05", "2026-11-25 09:05"),
        ("25 ноября в 9", "2026-11-25 09:00"),
        ("25 нояб 2027 в 9:00", "2027-11-25 09:00"),
        ("  Завтра   в 9 ", "2026-11-23 09:00"),
        ("завтра 18:00.", "2026-11-23 18:00"),
        ("сегодня в 7 вечера", "2026-11-22 19:00"),
        ("послезавтра 10 часов", "2026-11-24 10:00"),
        ("в пятницу 18:00", "2026-11-27 18:00"),
        ("во вторник в 8 утра", "2026-11-24 08:00"),
        ("вс 11:00", "2026-11-29 11:00"),
        ("воскресенье 13:00", "2026-11-22 13:00"),
        ("18:30", "2026-11-22 18:30"),
        ("в 9", "2026-11-23 09:00"),
        ("через 2 часа", "2026-11-22 14:00"),
        ("через час", "2026-11-22 13:00"),
        ("через 30 минут", "2026-11-22 12:30"),
        ("через 3 дня", "2026-11-25 12:00"),
        ("через неделю", "2026-11-29 12:00"),
        ("10.01 9:00", "2027-01-10 09:00"),
    ],
)
def test_what_people_type(text: str, local: str) -> None:
    assert read_moment(text, NOW) == datetime.fromisoformat(local).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("завтра", "no_time"),
        ("25.11", "no_time"),
        ("25 ноября", "no_time"),
        ("25 ноября 2026", "no_time"),
        ("10.12", "no_time"),
        ("сегодня 11:00", "past"),
        ("21.11 18:00", "past"),
        ("21.11.2025 18:00", "past"),
        ("через 0 минут", "past"),
        ("30.02 10:00", "unreadable"),
        ("25.13 10:00", "unreadable"),
        ("завтра 25:00", "unreadable"),
        ("18:75", "unreadable"),
        ("привет", "unreadable"),
        ("привет в 9", "unreadable"),
        ("", "unreadable"),
        ("٢٥.11 18:30", "unreadable"),
    ],
)
def test_what_cannot_be_meant(text: str, fault: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_moment(text, NOW)
    assert error.value.fault == fault


def test_the_hour_is_the_one_on_the_partners_clock_also_after_the_clocks_change() -> None:
    now = datetime(2026, 10, 24, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert read_moment("завтра в 9", now) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert read_moment("сегодня 18:00", now) == datetime(2026, 10, 24, 16, 0, tzinfo=UTC)


@given(st.datetimes(datetime(2026, 11, 22, 12, 1), datetime(2027, 5, 20)))
def test_every_written_minute_is_read_back(moment: datetime) -> None:
    local = moment.replace(second=0, microsecond=0, tzinfo=MOSCOW)
    for text in (f"{local:%d.%m.%Y %H:%M}", f"{local:%d.%m %H:%M}"):
        assert read_moment(text, NOW) == local


@given(
    st.text(max_size=60)
    | st.from_regex(r"(завтра|пт|\d{1,2}\.\d{1,2}|через \d+)? ?(в )?[0-9:. а-я]{0,12}", fullmatch=True)
)
def test_anything_else_is_refused_or_lies_ahead(text: str) -> None:
    try:
        moment = read_moment(text, NOW)
    except Unreadable:
        return
    assert timedelta(0) < moment - NOW
    assert moment.tzinfo is UTC
