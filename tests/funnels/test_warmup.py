"""What happens next in a sequence: never at night, never too often, never lost by an edit."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from funnels.sequence_schema import Entry, Late, Sequence, SequenceStep, Variant
from funnels.timing import APART, QuietHours
from funnels.warmup import Clockwork, Fire, Missed, Place, Wait, enter, look, variant_text

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = QuietHours(time(21), time(10))
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow


def step(key: str, after: str = "24h", **fields: object) -> SequenceStep:
    return SequenceStep(key=key, after=after, text=f"Текст {key}", **fields)


def sequence(*steps: SequenceStep) -> Sequence:
    entry = Entry(intent="client", pain="weight")
    return Sequence(format=1, key="weight", title="Вес", topic="tips", entry=entry, steps=steps)


def clockwork(**fields: object) -> Clockwork:
    return Clockwork(MOSCOW, NIGHT, **fields)  # type: ignore[arg-type]


THREE = sequence(step("one"), step("two", "next_day 10:00"), step("three", "3d"))


def test_the_first_place_keeps_its_delay_and_the_quiet_hours() -> None:
    assert enter(THREE, clockwork(), NOON) == Place(0, "one", NOON + timedelta(hours=24))
    evening = NOON + timedelta(hours=10)  # 22:00
    assert enter(sequence(step("one", "1h")), clockwork(), evening) == Place(0, "one", NOON.replace(hour=7, day=3))


def test_a_message_leaves_and_the_next_one_is_planned() -> None:
    looked = look(THREE, Place(0, "one", NOON), clockwork(), NOON)
    assert looked == Fire(THREE.steps[0], Place(1, "two", NOON.replace(hour=7, day=3)))


def test_after_the_last_message_there_is_none() -> None:
    looked = look(THREE, Place(2, "three", NOON), clockwork(), NOON)
    assert looked == Fire(THREE.steps[2], None)


def test_twenty_hours_between_two_messages() -> None:
    last = NOON - timedelta(hours=19)
    looked = look(THREE, Place(0, "one", NOON), clockwork(last_promo_at=last), NOON)
    assert looked == Wait(Place(0, "one", last + APART))


def test_who_asked_for_silence_gets_it() -> None:
    until = NOON + timedelta(days=7)
    looked = look(THREE, Place(0, "one", NOON), clockwork(snoozed_until=until), NOON)
    assert looked == Wait(Place(0, "one", until))


def test_at_night_it_waits_for_the_morning() -> None:
    night = NOON + timedelta(hours=12)  # midnight
    looked = look(THREE, Place(0, "one", night), clockwork(), night)
    assert looked == Wait(Place(0, "one", NOON.replace(hour=7, day=3)))


def test_after_an_outage_each_message_follows_its_policy() -> None:
    late = NOON + timedelta(hours=5)
    for policy, expected in (
        (Late(policy="send", hours=6), Fire),
        (Late(policy="send", hours=4), Missed),
        (Late(policy="skip"), Missed),
        (Late(policy="shift"), Wait),
    ):
        one = sequence(step("one", late=policy), step("two"))
        assert type(look(one, Place(0, "one", NOON), clockwork(), late)) is expected, policy


def test_a_missed_message_gives_way_to_the_next() -> None:
    two = sequence(step("one", late=Late(policy="skip")), step("two"))
    looked = look(two, Place(0, "one", NOON - timedelta(days=3)), clockwork(), NOON)
    assert looked == Missed(two.steps[0], Place(1, "two", NOON + timedelta(hours=24)))


def test_an_edit_reaches_everybody_and_loses_nobody() -> None:
    place = Place(1, "two", NOON)
    inserted = sequence(step("one"), step("new"), step("two"), step("three"))
    looked = look(inserted, place, clockwork(), NOON)
    assert isinstance(looked, Fire)
    assert (looked.step.key, looked.then and looked.then.step) == ("two", "three")
    removed = look(sequence(step("one"), step("three")), place, clockwork(), NOON)
    assert isinstance(removed, Fire)
    assert removed.step.key == "three"
    assert look(sequence(step("one")), place, clockwork(), NOON) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.sampled_from(["Europe/Moscow", "Europe/Berlin", "Asia/Almaty", "America/New_York", "Australia/Lord_Howe"]),
    st.times(),
    st.times(),
)
def test_nothing_leaves_at_night_or_too_early(
    planned: datetime, late: timedelta, zone: str, start: time, end: time
) -> None:
    place = Place(0, "one", planned.replace(tzinfo=UTC))
    quiet = QuietHours(start.replace(fold=0), end.replace(fold=0))
    now = place.fire_at + late
    looked = look(THREE, place, Clockwork(ZoneInfo(zone), quiet), now)
    if isinstance(looked, Fire):
        assert not quiet.is_quiet(now, ZoneInfo(zone))
    elif isinstance(looked, Wait):
        assert looked.place.fire_at > now
        assert not quiet.is_quiet(looked.place.fire_at, ZoneInfo(zone))


def test_a_lead_keeps_the_variant_and_the_shares_are_equal() -> None:
    tried = step("one", variants=(Variant(key="b", text="Иначе"),))
    chosen = [variant_text(tried, lead_id)[0] for lead_id in range(2_000)]
    assert chosen == [variant_text(tried, lead_id)[0] for lead_id in range(2_000)]
    assert 900 < chosen.count("b") < 1_100
    assert variant_text(step("one"), 5) == ("a", "Текст one")
