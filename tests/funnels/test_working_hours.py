from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given
from hypothesis import strategies as st

from funnels.working_hours import REMIND_AFTER, REPEAT_AFTER, WorkingHours

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
hours = st.builds(WorkingHours, clocks, clocks, st.sampled_from(ZONES).map(ZoneInfo))
DAY = WorkingHours(time(9), time(21), MOSCOW)
NIGHT = WorkingHours(time(20), time(4), MOSCOW)


def moscow(day: int, clock: str) -> datetime:
    return datetime.combine(datetime(2026, 3, day), time.fromisoformat(clock), MOSCOW)


def is_work(hours: WorkingHours, at: datetime) -> bool:
    """Said once more and plainly, for the properties below."""
    clock = at.astimezone(hours.zone).time()
    if hours.start == hours.end:
        return True
    if hours.start < hours.end:
        return hours.start <= clock < hours.end
    return clock >= hours.start or clock < hours.end


@given(hours, moments)
@example(WorkingHours(time(2, 30), time(3), BERLIN), datetime(2026, 3, 29, 0, 30, tzinfo=UTC))  # 2:00 becomes 3:00
@example(WorkingHours(time(2, 30), time(9), BERLIN), datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
@example(WorkingHours(time(2, 30), time(9), BERLIN), datetime(2026, 10, 25, 0, 45, tzinfo=UTC))  # 3:00 becomes 2:00
def test_an_alert_is_repeated_at_work_and_never_too_early(hours: WorkingHours, raised: datetime) -> None:
    again = hours.repeat_at(raised)
    assert is_work(hours, again)
    assert again >= raised + REPEAT_AFTER
    if is_work(hours, raised + REPEAT_AFTER):
        assert again == raised + REPEAT_AFTER
    else:
        assert not is_work(hours, again - timedelta(microseconds=1))  # at the very start of the working hours
    assert hours.remind_at(raised) == hours.repeat_at(raised + REMIND_AFTER - REPEAT_AFTER)


@given(hours, moments, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_who_came_first_is_repeated_first(hours: WorkingHours, raised: datetime, later: timedelta) -> None:
    assert hours.repeat_at(raised) <= hours.repeat_at(raised + later)


def test_by_day() -> None:
    assert DAY.repeat_at(moscow(2, "12:00")) == moscow(2, "12:15")
    assert DAY.repeat_at(moscow(2, "20:44")) == moscow(2, "20:59")
    assert DAY.repeat_at(moscow(2, "20:45")) == moscow(3, "09:00")
    assert DAY.repeat_at(moscow(2, "03:00")) == moscow(2, "09:00")
    assert DAY.repeat_at(moscow(2, "08:50")) == moscow(2, "09:05")


def test_across_midnight() -> None:
    assert NIGHT.repeat_at(moscow(2, "23:50")) == moscow(3, "00:05")
    assert NIGHT.repeat_at(moscow(3, "03:50")) == moscow(3, "20:00")


def test_always_at_work() -> None:
    always = WorkingHours(time(9), time(9), MOSCOW)
    assert always.repeat_at(moscow(2, "03:00")) == moscow(2, "03:15")


def test_a_wished_reminder_stays_out_of_the_night() -> None:
    assert DAY.remind_at(moscow(2, "11:30")) == moscow(2, "14:30")
    assert DAY.remind_at(moscow(2, "19:00")) == moscow(3, "09:00")
