"""When a newcomer is reminded of the first week: the arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from funnels.checklist import DAYS, bar, day_number
from funnels.nudging import STEPS, expires, newest_step, next_nudge
from funnels.services.presets import checklist_texts, first_week
from funnels.timing import QuietHours

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = QuietHours(time(21), time(10))
NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)  # twelve in Moscow
HOUR = timedelta(hours=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["Europe/Moscow", "Asia/Vladivostok", "Europe/Berlin", "America/St_Johns"]).map(ZoneInfo)


def test_the_steps() -> None:
    assert [int(step / HOUR) for step in STEPS] == [4, 12, 24, 48, 168]
    assert next_nudge(passed=0, since=NOON, quiet=NIGHT, zone=MOSCOW) == NOON + 4 * HOUR
    morning = datetime(2026, 3, 3, 7, tzinfo=UTC)  # ten in Moscow
    assert next_nudge(passed=1, since=NOON, quiet=NIGHT, zone=MOSCOW) == morning
    assert next_nudge(passed=5, since=NOON, quiet=NIGHT, zone=MOSCOW) is None


def test_of_what_is_due_only_the_newest() -> None:
    assert newest_step(passed=0, since=NOON, now=NOON + 4 * HOUR) == 0
    assert newest_step(passed=0, since=NOON, now=NOON + 30 * HOUR) == 2
    assert newest_step(passed=3, since=NOON, now=NOON + 30 * HOUR) is None
    assert newest_step(passed=0, since=NOON, now=NOON + 999 * HOUR) == 4


@given(MOMENTS, ZONES, st.integers(0, 4))
def test_never_at_night(since: datetime, zone: ZoneInfo, passed: int) -> None:
    at = next_nudge(passed=passed, since=since, quiet=NIGHT, zone=zone)
    assert at is not None
    assert at >= since + STEPS[passed]
    assert not NIGHT.is_quiet(at, zone)
    until = expires(now=at, quiet=NIGHT, zone=zone)
    assert at < until <= at + 6 * HOUR
    assert not NIGHT.is_quiet(until - timedelta(seconds=1), zone)


def test_without_quiet_hours_it_waits_for_a_while() -> None:
    always = QuietHours(time(0), time(0))
    assert expires(now=NOON, quiet=always, zone=MOSCOW) == NOON + 6 * HOUR


def test_days_are_those_of_the_partners_calendar() -> None:
    late = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)  # half past eleven in the evening in Moscow
    assert day_number(late, late + HOUR, MOSCOW) == 2
    assert day_number(late, late + HOUR, ZoneInfo("Europe/Berlin")) == 1
    assert day_number(late, late - 30 * HOUR, MOSCOW) == 1  # a clock that went back


def test_the_shipped_week() -> None:
    week = first_week()
    assert len(week.tasks) == 21
    assert checklist_texts()
    keys = [task.key for task in week.tasks]
    assert week.day_to_show(1, {}) == 1
    assert week.day_to_show(3, keys[:3]) == 2
    assert week.day_to_show(2, keys[:6]) == 2  # today's are done, tomorrow's can wait
    assert week.day_to_show(40, keys[:18]) == DAYS
    assert week.counted({*keys[:2], "gone"}) == 2
    assert week.is_done(keys)
    assert not week.is_done(keys[:-1])


def test_the_lessons_of_the_week_exist() -> None:
    from content.training.courses import shipped

    lessons = {f"{course.key}.{lesson.key}" for course in shipped().values() for lesson in course.lessons}
    wanted = {task.lesson for task in first_week().tasks if task.lesson}
    assert wanted
    assert wanted <= lessons


def test_the_bar_is_full_only_at_the_end() -> None:
    assert bar(0, 21) == "░" * 7
    assert bar(1, 21) == "▓" + "░" * 6
    assert bar(20, 21) == "▓" * 6 + "░"
    assert bar(21, 21) == "▓" * 7
