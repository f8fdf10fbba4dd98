"""How fast a bot may send: never more than Telegram allows, whatever happens."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from botrunner.pace import BURST, CHAT_GAP, FULL_RATE, GROUP_GAP, LEAST_RATE, ChatPace, Pace


def sent_in(pace: Pace, begin: float, seconds: float) -> list[float]:
    """The moments at which a sender that never rests would send."""
    sent, now = [], begin
    while now < begin + seconds:
        if pace.available(now):
            pace.spend(now)
            sent.append(now)
        else:
            now += max(pace.wait(now), 1e-6)
    return sent


def test_full_speed_stays_under_thirty_in_any_second() -> None:
    sent = sent_in(Pace(0.0), 0.0, 20.0)
    assert len(sent) >= 28 * 20
    assert max(sum(at <= other < at + 1.0 for other in sent) for at in sent) <= 30


def test_one_burst_of_429_halves_the_speed_once() -> None:
    pace = Pace(0.0)
    for _answer in range(5):
        pace.slow_down(0.0, 2.0)
    assert pace.rate == FULL_RATE / 2


def test_reserved_moments_keep_their_distance() -> None:
    pace = Pace(0.0)
    assert pace.room(0.0, 0.25) == int(BURST + 0.25 * FULL_RATE)
    waits = [pace.reserve(0.0) for _message in range(8)]
    assert waits[0] == 0.0
    gaps = [after - before for before, after in pairwise(waits)]
    assert all(math.isclose(gap, 1 / FULL_RATE, rel_tol=1e-3) for gap in gaps)


def test_replies_are_not_held_but_counted() -> None:
    pace = Pace(0.0)
    pace.spend(0.0, 10)
    assert pace.available(0.1) == 0
    assert math.isclose(pace.wait(0.1), (1 + 10 - BURST) / FULL_RATE - 0.1, rel_tol=1e-4)


def test_after_429_silence_then_half_speed_then_full_again() -> None:
    pace = Pace(0.0)
    pace.slow_down(0.0, 5.0)
    assert sent_in(pace, 0.0, 4.9) == []
    assert pace.rate == FULL_RATE / 2
    assert 10 <= len(sent_in(pace, 5.0, 1.0)) <= FULL_RATE / 2 + BURST
    sent_in(pace, 6.0, 30.0)
    assert pace.rate == FULL_RATE


def test_it_never_stops_for_good() -> None:
    pace = Pace(0.0)
    for second in range(20):
        pace.slow_down(float(second), 1.0)
    assert pace.closed(19.5) == 0.5
    assert pace.rate == LEAST_RATE
    assert pace.available(25.0) >= 1


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 5)), max_size=50))
def test_the_wait_is_long_enough(steps: list[tuple[float, int]]) -> None:
    pace, now = Pace(0.0), 0.0
    for passed, spent in steps:
        now += passed
        pace.spend(now, spent)
        now += pace.wait(now) + 1e-6
        assert pace.available(now) >= 1


def test_a_chat_waits_a_second_and_a_group_longer() -> None:
    chats = ChatPace()
    chats.spend(5, 0.0)
    chats.spend(-100, 0.0)
    assert chats.busy(0.5) == [5, -100]
    assert chats.wait(0.0) == CHAT_GAP
    assert chats.busy(CHAT_GAP) == [-100]
    assert chats.busy(GROUP_GAP) == []
    assert chats.wait(GROUP_GAP) == 0.0
