"""What holds in every zone of the world, through every change of the clocks of 2026 to 2028."""

from __future__ import annotations

import zoneinfo
from bisect import bisect_left
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from funnels.timing import (
    ON_TIME,
    Delay,
    LatePolicy,
    QuietHours,
    Send,
    allowed_at,
    due,
    first_moment,
    settle_late,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
ZONES = sorted(zoneinfo.available_timezones())


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The moments to the minute at which the clocks of the zone are changed."""
    zone = ZoneInfo(name)

    def offset(minute: int) -> timedelta | None:
        return (FROM + minute * MINUTE).astimezone(zone).utcoffset()

    def change(week: int, following: int) -> datetime:
        old = offset(week)
        minutes = range(week, following + 1)
        return FROM + minutes[bisect_left(minutes, True, key=lambda minute: offset(minute) != old)] * MINUTE

    weeks = range(0, (UNTIL - FROM) // MINUTE, 7 * 24 * 60)
    return tuple(change(*pair) for pair in pairwise(weeks) if offset(pair[0]) != offset(pair[1]))


CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 45, 59]))
QUIET = st.one_of(st.just(QuietHours()), st.builds(QuietHours, CLOCKS, CLOCKS))
DELAYS = st.one_of(
    st.integers(1, 30 * 24 * 60).map(lambda minutes: Delay(elapsed=minutes * MINUTE)),
    st.integers(1, 30).map(lambda days: Delay(days=days)),
    CLOCKS.map(lambda clock: Delay(days=1, clock=clock)),
)
POLICIES = st.sampled_from([LatePolicy("send", 6 * 60 * MINUTE), LatePolicy("shift"), LatePolicy("skip")])


@st.composite
def places(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a moment there: half of them around a change of its clocks, if it has any."""
    name = draw(st.sampled_from(ZONES))
    anywhere = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
    if not changes(name):
        return ZoneInfo(name), draw(anywhere)
    near = st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(changes(name)),
        st.integers(-40 * 3600, 40 * 3600),
    )
    return ZoneInfo(name), draw(st.one_of(near, anywhere))


def test_the_clocks_are_changed_twice_a_year_where_they_are() -> None:
    """The other tests would prove little if they did not meet the changes."""
    assert len(ZONES) > 500
    assert [len(changes(name)) for name in ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")] == [6, 6, 0]
    assert changes("Europe/Berlin")[0] == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_no_zone_sends_at_night_around_any_change_of_its_clocks() -> None:
    quiet_hours = [QuietHours(), QuietHours(time(23, 30), time(2, 30)), QuietHours(time(0), time(1, 45))]
    around = [timedelta(hours=hours) for hours in (-30, -6, -2, -1, 0, 1, 5)]
    clocks = {(changes(name), FROM.astimezone(ZoneInfo(name)).utcoffset()): name for name in ZONES}  # many share them
    for name in clocks.values():
        zone = ZoneInfo(name)
        for change in changes(name):
            for quiet in quiet_hours:
                for asked in (change + step for step in around):
                    allowed = quiet.next_allowed(asked, zone)
                    assert asked <= allowed < asked + DAY, (name, asked, quiet)
                    assert not quiet.is_quiet(allowed, zone), (name, asked, quiet)
                    just_before = allowed - timedelta(microseconds=1)
                    assert allowed == asked or quiet.is_quiet(just_before, zone), (name, asked, quiet)


@settings(max_examples=150)
@given(places(), QUIET)
def test_the_next_allowed_moment_is_the_first_one(place: tuple[ZoneInfo, datetime], quiet: QuietHours) -> None:
    zone, asked = place
    allowed = quiet.next_allowed(asked, zone)
    assert allowed >= asked
    assert not quiet.is_quiet(allowed, zone)
    assert quiet.next_allowed(allowed, zone) == allowed
    if allowed > asked:
        assert quiet.is_quiet(allowed - timedelta(microseconds=1), zone)
        whole = asked.replace(second=0, microsecond=0) + MINUTE
        minutes = int((allowed - whole) / MINUTE)
        assert all(quiet.is_quiet(whole + minute * MINUTE, zone) for minute in range(minutes))


@settings(max_examples=100)
@given(places(), QUIET)
def test_the_next_window_opens_after_quiet_hours(place: tuple[ZoneInfo, datetime], quiet: QuietHours) -> None:
    zone, at = place
    opens = quiet.next_window(at, zone)
    if quiet.start == quiet.end:
        assert opens == at
    else:
        assert opens > at
        assert not quiet.is_quiet(opens, zone)
        assert quiet.is_quiet(opens - timedelta(microseconds=1), zone)


@settings(max_examples=150)
@given(places(), DELAYS)
def test_a_delay_keeps_its_promise(place: tuple[ZoneInfo, datetime], delay: Delay) -> None:
    zone, since = place
    moment = due(since=since, delay=delay, zone=zone)
    assert moment > since
    if not delay.days:
        assert moment - since == delay.elapsed
        return
    local, began = moment.astimezone(zone), since.astimezone(zone)
    promised = datetime.combine(began.date() + delay.days * DAY, delay.clock or began.time())
    shown = local.replace(tzinfo=None)
    if shown != promised:  # jumped over: then this is the very end of the jump, and it is behind the promise
        just_before = (moment - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < promised < shown
    else:
        assert local.fold == 0


@settings(max_examples=100)
@given(places(), st.integers(0, 86_399))
def test_every_moment_is_the_first_of_its_wall_time_or_repeats_it(
    place: tuple[ZoneInfo, datetime], seconds: int
) -> None:
    zone, at = place
    local = (at + timedelta(seconds=seconds)).astimezone(zone)
    first = first_moment(local.replace(tzinfo=None, fold=0), zone)
    assert first.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    assert (first < local.astimezone(UTC)) is (local.fold == 1)


@settings(max_examples=150)
@given(places(), DELAYS, QUIET, st.none() | st.integers(0, 30 * 60))
def test_a_promotional_message_never_leaves_at_night_nor_early(
    place: tuple[ZoneInfo, datetime], delay: Delay, quiet: QuietHours, sent_before: int | None
) -> None:
    zone, since = place
    asked = due(since=since, delay=delay, zone=zone)
    last_sent = None if sent_before is None else asked - sent_before * MINUTE
    leaves = allowed_at(asked=asked, last_sent=last_sent, quiet=quiet, zone=zone)
    assert leaves >= asked
    assert not quiet.is_quiet(leaves, zone)
    assert last_sent is None or leaves - last_sent >= timedelta(hours=20)
    assert allowed_at(asked=leaves, last_sent=last_sent, quiet=quiet, zone=zone) == leaves


@settings(max_examples=150)
@given(places(), QUIET, POLICIES, st.integers(-3 * 24 * 60, 3 * 24 * 60))
def test_a_late_message_is_settled_once(
    place: tuple[ZoneInfo, datetime], quiet: QuietHours, policy: LatePolicy, minutes: int
) -> None:
    zone, planned = place
    now = planned + minutes * MINUTE
    settled = settle_late(planned=planned, now=now, policy=policy, quiet=quiet, zone=zone)
    if isinstance(settled, Send):
        assert settled.at >= max(planned, now)
        assert not quiet.is_quiet(settled.at, zone)
        again = settle_late(planned=settled.at, now=now, policy=policy, quiet=quiet, zone=zone)
        assert again == settled
    else:
        assert policy.action != "shift"
        assert now - planned > ON_TIME
