"""When a crontab fires in a partner's zone, also in the nights when clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.posts.crontab import BadCrontab, checked, next_run, runs, upcoming

MOSCOW, BERLIN, VLADIVOSTOK = (ZoneInfo(name) for name in ("Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok"))
NOON = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)  # a Friday


def test_the_hours_are_the_partners_own() -> None:
    monday = "0 10 * * 1"
    assert next_run(monday, MOSCOW, NOON) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert next_run(monday, VLADIVOSTOK, NOON) == datetime(2026, 3, 30, 0, 0, tzinfo=UTC)


def test_ten_oclock_stays_ten_oclock_when_the_clocks_go_forward() -> None:
    days = upcoming("0 10 * * *", BERLIN, NOON, 3)
    assert [day.hour for day in days] == [8 + 1, 8, 8]
    assert {day.astimezone(BERLIN).hour for day in days} == {10}


@pytest.mark.parametrize(
    ("after", "crontab"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "30 2 * * *"),  # this time is skipped in that night
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "30 2 * * *"),  # this one comes twice
    ],
)
def test_a_changed_night_has_one_run(after: datetime, crontab: str) -> None:
    nights = [run for run in upcoming(crontab, BERLIN, after, 3) if run < after + timedelta(days=1)]
    assert len(nights) == 1


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    days=st.sampled_from(["*", "1", "1-5", "0,6", "7", "mon"]),
    zone=st.sampled_from([MOSCOW, BERLIN, VLADIVOSTOK, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")]),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
)
def test_runs_come_later_and_later_at_their_time(
    minute: int, hour: int, days: str, zone: ZoneInfo, after: datetime
) -> None:
    start = after.replace(tzinfo=UTC)
    found = upcoming(f"{minute} {hour} * * {days}", zone, start, 8)
    assert found[0] > start
    assert all(run < later for run, later in pairwise(found))
    local = [run.astimezone(zone) for run in found]
    assert sum((run.hour, run.minute) == (hour, minute) for run in local) >= len(local) - 2  # but for changed nights


@pytest.mark.parametrize("crontab", ["0 10 * * 1", " 0   10 * * 1 ", "*/60 9-21 * * *", "0 9,18 1 * *"])
def test_a_crontab_is_taken_with_single_spaces(crontab: str) -> None:
    assert checked(crontab, MOSCOW, NOON) == " ".join(crontab.split())


@pytest.mark.parametrize(
    "crontab",
    [
        "", "monday at ten", "0 10 * *", "0 0 10 * * 1", "60 10 * * *", "0 25 * * *", "* * * * *", "*/5 10 * * *",
        "0,30 10 * * *", "0 10 31 2 *", "0 10 * * 1 " * 20, "0 10 * * 1; rm", "@daily", "0 10 * * \0",
    ],
)  # fmt: skip
def test_a_crontab_that_cannot_be_is_refused_with_a_sentence(crontab: str) -> None:
    with pytest.raises(BadCrontab, match=r"\w{4}"):
        checked(crontab, MOSCOW, NOON)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(crontab: str) -> None:
    try:
        taken = checked(crontab, MOSCOW, NOON)
    except BadCrontab:
        return
    assert next(runs(taken, MOSCOW, NOON)) > NOON
