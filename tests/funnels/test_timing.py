"""Known answers, worked out by hand from the published rules of each zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from funnels.timing import (
    Delay,
    LatePolicy,
    QuietHours,
    Send,
    Skip,
    allowed_at,
    at_least_apart,
    due,
    remaining,
    resume,
    settle_late,
)

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours()
NEVER = QuietHours(time(10), time(10))
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("1m", Delay(elapsed=timedelta(minutes=1))),
        ("90m", Delay(elapsed=timedelta(minutes=90))),
        ("24h", Delay(elapsed=timedelta(hours=24))),
        ("3d", Delay(days=3)),
        ("365d", Delay(days=365)),
        ("next_day 10:00", Delay(days=1, clock=time(10))),
        ("next_day 00:00", Delay(days=1, clock=time(0))),
    ],
)
def test_delays_are_read(text: str, delay: Delay) -> None:
    assert Delay.parse(text) == delay


@pytest.mark.parametrize(
    "text",
    [
        *("", "0h", "0d", "-1h", "1.5h", "24", "24 h", " 24h", "24h\n", "24H", "1w", "024h", "٣d", "366d", "8761h"),
        *("999999999999d", "next_day", "next_day 24:00", "next_day 9:00", "next_day 10:60", "next_day  10:00"),
        "next_week 10:00",
    ],
)
def test_other_delays_are_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"90m, 24h, 3d .* next_day 10:00"):
        Delay.parse(text)


@pytest.mark.parametrize(
    ("since", "delay", "zone", "expected"),
    [
        ("2026-06-01 15:30", "next_day 10:00", "Europe/Moscow", "2026-06-02 07:00"),
        ("2026-06-01 20:59", "next_day 10:00", "Europe/Moscow", "2026-06-02 07:00"),  # 23:59 there
        ("2026-06-01 21:01", "next_day 10:00", "Europe/Moscow", "2026-06-03 07:00"),  # 00:01 of the 2nd there
        ("2026-06-01 21:01", "next_day 10:00", "Asia/Almaty", "2026-06-03 05:00"),  # UTC+5 since 2024
        # Berlin: to summer time in the night to 29 March 2026, back in the night to 25 October.
        ("2026-03-28 12:00", "next_day 10:00", "Europe/Berlin", "2026-03-29 08:00"),
        ("2026-10-24 12:00", "next_day 10:00", "Europe/Berlin", "2026-10-25 09:00"),
        ("2026-03-28 12:00", "24h", "Europe/Berlin", "2026-03-29 12:00"),  # 13:00, then 14:00 on the clock
        ("2026-03-28 12:00", "1d", "Europe/Berlin", "2026-03-29 11:00"),  # 13:00 and 13:00
        ("2026-10-24 12:00", "3d", "Europe/Berlin", "2026-10-27 13:00"),
        ("2026-03-28 12:00", "next_day 02:30", "Europe/Berlin", "2026-03-29 01:00"),  # no 02:30: 03:00
        ("2026-10-24 12:00", "next_day 02:30", "Europe/Berlin", "2026-10-25 00:30"),  # the first of two
        ("2026-10-25 01:30", "1d", "Europe/Berlin", "2026-10-26 01:30"),  # from the second 02:30
        # Lord Howe moves by half an hour: on 5 April 2026 at 02:00 back to 01:30, on 4 October to 02:30.
        ("2026-04-04 00:00", "next_day 10:00", "Australia/Lord_Howe", "2026-04-04 23:30"),
        ("2026-04-04 00:00", "next_day 01:45", "Australia/Lord_Howe", "2026-04-04 14:45"),
        ("2026-10-03 00:00", "next_day 10:00", "Australia/Lord_Howe", "2026-10-03 23:00"),
        ("2026-10-03 00:00", "next_day 02:10", "Australia/Lord_Howe", "2026-10-03 15:30"),
        ("2026-06-01 12:00", "next_day 10:00", "Asia/Kathmandu", "2026-06-02 04:15"),
        ("2026-06-01 10:59", "next_day 10:00", "Pacific/Apia", "2026-06-01 21:00"),  # UTC+13 without summer time
        ("2026-06-01 11:00", "next_day 10:00", "Pacific/Apia", "2026-06-02 21:00"),  # already the 2nd
        # Morocco goes to UTC+0 for Ramadan: from 15 February 2026 at 03:00 to 22 March at 02:00.
        ("2026-02-14 12:00", "next_day 10:00", "Africa/Casablanca", "2026-02-15 10:00"),
        ("2026-03-21 12:00", "next_day 10:00", "Africa/Casablanca", "2026-03-22 09:00"),
        ("2026-03-21 12:00", "next_day 02:30", "Africa/Casablanca", "2026-03-22 02:00"),
        # Chatham: UTC+13:45, from 5 April 2026 03:45 UTC+12:45.
        ("2026-04-04 00:00", "next_day 10:00", "Pacific/Chatham", "2026-04-04 21:15"),
        ("2026-04-03 00:00", "next_day 10:00", "Pacific/Chatham", "2026-04-03 20:15"),
    ],
)
def test_delays_hold_on_the_leads_clock(since: str, delay: str, zone: str, expected: str) -> None:
    assert due(since=utc(since), delay=Delay.parse(delay), zone=ZoneInfo(zone)) == utc(expected)


def test_a_day_that_a_zone_left_out_becomes_the_next_one() -> None:
    """Samoa crossed the date line: there was no 30 December 2011."""
    since = local("2011-12-29 12:00", "Pacific/Apia")
    assert due(since=since, delay=Delay.parse("1d"), zone=ZoneInfo("Pacific/Apia")) == utc("2011-12-30 10:00")


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 6, 1)
    for ask in (NIGHT.is_quiet, NIGHT.next_allowed, NIGHT.next_window):
        with pytest.raises(ValueError, match="aware"):
            ask(naive, MOSCOW)
    with pytest.raises(ValueError, match="aware"):
        due(since=naive, delay=Delay.parse("1h"), zone=MOSCOW)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-06-01 20:59:59", "Europe/Moscow", "2026-06-01 20:59:59"),
        ("2026-06-01 21:00", "Europe/Moscow", "2026-06-02 10:00"),
        ("2026-06-01 00:00", "Europe/Moscow", "2026-06-01 10:00"),
        ("2026-06-01 09:59:59", "Europe/Moscow", "2026-06-01 10:00"),
        ("2026-06-01 10:00", "Europe/Moscow", "2026-06-01 10:00"),
        ("2026-03-28 23:00", "Europe/Berlin", "2026-03-29 10:00"),
        ("2026-10-24 23:00", "Europe/Berlin", "2026-10-25 10:00"),
        ("2026-10-03 21:30", "Australia/Lord_Howe", "2026-10-04 10:00"),
        ("2026-06-01 03:00", "Asia/Kathmandu", "2026-06-01 10:00"),
        ("2026-02-15 02:30", "Africa/Casablanca", "2026-02-15 10:00"),
    ],
)
def test_quiet_hours_end_on_the_leads_clock(at: str, zone: str, expected: str) -> None:
    assert NIGHT.next_allowed(local(at, zone), ZoneInfo(zone)) == local(expected, zone)


@pytest.mark.parametrize(
    ("start", "end", "at", "expected"),
    [
        (time(13), time(15), "2026-06-01 10:59", "2026-06-01 10:59"),  # not across midnight
        (time(13), time(15), "2026-06-01 11:30", "2026-06-01 13:00"),
        (time(13), time(15), "2026-06-01 13:00", "2026-06-01 13:00"),
        (time(10), time(10), "2026-06-01 01:00", "2026-06-01 01:00"),  # equal: none
        (time(0), time(2, 30), "2026-03-28 23:30", "2026-03-29 01:00"),  # there is no 02:30: 03:00
        (time(0), time(2, 30), "2026-10-24 22:30", "2026-10-25 00:30"),  # the first of two 02:30
        (time(0), time(2, 30), "2026-10-25 01:10", "2026-10-25 01:30"),  # quiet again until the second
        (time(2, 30), time(10), "2026-10-25 00:45", "2026-10-25 01:00"),  # the clocks go back out of quiet hours
        (time(2, 45), time(2, 15), "2026-03-28 23:30", "2026-03-30 00:15"),  # all that is allowed is jumped over
    ],
)
def test_other_quiet_hours_in_berlin(start: time, end: time, at: str, expected: str) -> None:
    assert QuietHours(start, end).next_allowed(utc(at), BERLIN) == utc(expected)


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        (NIGHT, "2026-06-01 12:00", "2026-06-02 10:00"),
        (NIGHT, "2026-06-01 10:00", "2026-06-02 10:00"),
        (NIGHT, "2026-06-01 22:00", "2026-06-02 10:00"),
        (NIGHT, "2026-06-01 02:00", "2026-06-01 10:00"),
        (QuietHours(time(13), time(15)), "2026-06-01 16:00", "2026-06-02 15:00"),
        (NEVER, "2026-06-01 02:00", "2026-06-01 02:00"),
    ],
)
def test_the_next_window(quiet: QuietHours, at: str, expected: str) -> None:
    assert quiet.next_window(local(at, "Europe/Moscow"), MOSCOW) == local(expected, "Europe/Moscow")


def test_messages_keep_their_distance() -> None:
    at = utc("2026-06-02 09:00")
    assert at_least_apart(last_sent=None, at=at) == at
    assert at_least_apart(last_sent=at - 20 * HOUR, at=at) == at
    assert at_least_apart(last_sent=at - 19 * HOUR, at=at) == at + HOUR
    assert at_least_apart(last_sent=at, at=at, gap=HOUR) == at + HOUR


def test_a_distance_that_ends_at_night_lasts_until_the_morning() -> None:
    last_sent, asked = local("2026-06-01 20:00", "Europe/Moscow"), local("2026-06-02 10:00", "Europe/Moscow")
    leaves = allowed_at(asked=asked, last_sent=last_sent, quiet=QuietHours(time(15), time(10)), zone=MOSCOW)
    assert leaves == local("2026-06-03 10:00", "Europe/Moscow")


SEND, SHIFT, SKIP = (LatePolicy.parse(text) for text in ("send within 6h", "shift", "skip"))


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("send within 6h", LatePolicy("send", 6 * HOUR)),
        ("shift", LatePolicy("shift")),
        ("skip", LatePolicy("skip")),
    ],
)
def test_policies_are_read(text: str, policy: LatePolicy) -> None:
    assert LatePolicy.parse(text) == policy


@pytest.mark.parametrize("text", ["", "send", "send within 0h", "send within 6", "send within 6h ", "shift 6h", "SKIP"])
def test_other_policies_are_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(ValueError, match="send within 6h"):
        LatePolicy.parse(text)


@pytest.mark.parametrize(
    ("planned", "now", "policy", "expected"),
    [
        # not late: too early, on the minute, half an hour of a busy queue, the whole night
        ("2026-06-01 12:00", "2026-06-01 11:00", SKIP, "2026-06-01 12:00"),
        ("2026-06-01 12:00", "2026-06-01 12:00", SKIP, "2026-06-01 12:00"),
        ("2026-06-01 12:00", "2026-06-01 12:30", SHIFT, "2026-06-01 12:30"),
        ("2026-06-01 23:00", "2026-06-01 11:00", SEND, "2026-06-02 10:00"),
        ("2026-06-01 23:00", "2026-06-02 10:05", SKIP, "2026-06-02 10:05"),
        ("2026-06-01 20:59", "2026-06-01 21:01", SKIP, "2026-06-02 10:00"),
        # late
        ("2026-06-01 12:00", "2026-06-01 12:31", SKIP, None),
        ("2026-06-01 12:00", "2026-06-01 12:31", SHIFT, "2026-06-02 10:00"),
        ("2026-06-01 12:00", "2026-06-01 23:00", SHIFT, "2026-06-02 10:00"),
        ("2026-06-01 12:00", "2026-06-01 18:00", SEND, "2026-06-01 18:00"),
        ("2026-06-01 12:00", "2026-06-01 18:01", SEND, None),
        ("2026-06-01 20:00", "2026-06-01 22:00", SEND, None),  # quiet till 10:00: 14 hours late
        ("2026-05-31 23:00", "2026-06-01 15:00", SEND, "2026-06-01 15:00"),  # promised for 10:00
    ],
)
def test_late_messages(planned: str, now: str, policy: LatePolicy, expected: str | None) -> None:
    settled = settle_late(
        planned=local(planned, "Europe/Moscow"),
        now=local(now, "Europe/Moscow"),
        policy=policy,
        quiet=NIGHT,
        zone=MOSCOW,
    )
    assert settled == (Send(local(expected, "Europe/Moscow")) if expected else Skip("late"))


def test_a_pause_keeps_what_was_left() -> None:
    paused, resumed = utc("2026-06-01 12:00"), utc("2026-06-04 12:00")
    left = [remaining(fire_at=paused + hours * HOUR, paused_at=paused) for hours in (-5, 1, 2)]
    assert left == [timedelta(0), HOUR, 2 * HOUR]
    assert [resume(left=each, resumed_at=resumed) for each in left] == [resumed, resumed + HOUR, resumed + 2 * HOUR]
