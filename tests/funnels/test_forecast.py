"""When the next message will really leave: as the ticks would find out, without them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from funnels.forecast import departure
from funnels.sequence_loader import load_sequence
from funnels.sequence_schema import Sequence
from funnels.timing import QuietHours
from funnels.warmup import Clockwork, Fire, Place, Wait, look
from tests.funnels.sequence_samples import GOOD_SEQUENCE

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sample() -> Sequence:
    return load_sequence(GOOD_SEQUENCE, "weight.yaml").sequence


def clockwork(**fields: datetime) -> Clockwork:
    return Clockwork(MOSCOW, QuietHours(), **fields)


def test_a_free_lead_gets_it_as_planned() -> None:
    place = Place(0, "one", NOON)
    assert departure(sample(), place, clockwork(), NOON - HOUR) == place


def test_another_message_and_a_snooze_move_it() -> None:
    place = Place(0, "one", NOON)
    assert departure(sample(), place, clockwork(last_promo_at=NOON - HOUR), NOON - HOUR) == Place(
        0, "one", datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    )
    silent = NOON + timedelta(days=7)
    assert departure(sample(), place, clockwork(snoozed_until=silent), NOON) == Place(0, "one", silent)


def test_what_is_already_missed_gives_its_turn_to_the_next() -> None:
    later = departure(sample(), Place(0, "one", NOON), clockwork(), NOON + timedelta(days=3))
    assert later is not None
    assert later.step == "two"
    assert departure(sample(), Place(4, "five", NOON), clockwork(), NOON + timedelta(days=3)) is None
    assert departure(sample(), Place(9, "gone", NOON), clockwork(), NOON) is None


@given(
    position=st.integers(0, 4),
    wait=st.integers(0, 20 * 24 * 60),
    last=st.none() | st.integers(0, 30 * 60),
    snoozed=st.none() | st.integers(0, 12 * 24 * 60),
    end=st.integers(0, 23),
)
def test_the_ticks_find_it_ready_then_and_not_before(
    position: int, wait: int, last: int | None, snoozed: int | None, end: int
) -> None:
    sequence = sample()
    place = Place(position, sequence.steps[position].key, NOON + timedelta(minutes=wait))
    clock = Clockwork(
        MOSCOW,
        QuietHours(end=NOON.time().replace(hour=end)),
        NOON - timedelta(minutes=last) if last is not None else None,
        NOON + timedelta(minutes=snoozed) if snoozed is not None else None,
    )
    expected = departure(sequence, place, clock, NOON)
    assert expected is not None
    while True:
        seen = look(sequence, place, clock, place.fire_at)
        if not isinstance(seen, Wait):
            break
        assert seen.place.fire_at <= expected.fire_at
        place = seen.place
    assert isinstance(seen, Fire)
    assert place == expected
