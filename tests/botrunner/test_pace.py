"""How fast a bot may send: never more than Telegram allows, whatever happens."""

from __future__ import annotations

import asyncio
import heapq
import math
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botrunner.departures import Departures
from botrunner.pace import AIR, CATCH_UP, CHAT_GAP, GROUP_GAP, LEAST_RATE, SLOW, SLOWER, ChatPace, Pace, Place

RATE = 28.5
TELEGRAM = 30  # in any second
LATENCY = 0.03


def pace(rate: float = RATE) -> Pace:
    return Pace(rate, now=0.0)


def sent_in(pace: Pace, begin: float, seconds: float, *, lane: bool = True, late: float = 0.0) -> list[float]:
    """The moments at which a sender that never rests would send, when it always wakes up a little late."""
    sent, now = [], begin
    while now < begin + seconds:
        if wait := pace.wait(now, lane=lane):
            now += wait + late
        else:
            pace.answered(pace.leave(now, lane=lane), now + LATENCY)
            sent.append(now)
    return sent


def most_in_a_second(sent: list[float]) -> int:
    return max(sum(at <= other < at + 1.0 for other in sent) for at in sent)


@pytest.mark.parametrize("late", [0.0, 0.002, 0.02])
@pytest.mark.parametrize("lane", [True, False])
def test_full_speed_stays_under_thirty_in_any_second(lane: bool, late: float) -> None:
    sent = sent_in(pace(), 0.0, 20.0, lane=lane, late=late)
    assert len(sent) >= 28 * 20
    assert most_in_a_second(sent) <= TELEGRAM


def test_another_server_may_allow_more() -> None:
    sent = sent_in(pace(500.0), 0.0, 5.0)
    assert len(sent) >= 490 * 5
    assert most_in_a_second(sent) <= 500 / 0.95 + 1


def test_lanes_keep_an_even_distance_and_catch_up_little() -> None:
    even = pace()
    gaps = [after - before for before, after in pairwise(sent_in(even, 0.0, 3.0))]
    assert all(math.isclose(gap, 1 / RATE, rel_tol=1e-6) for gap in gaps)
    after_a_rest = sent_in(even, 60.0, 0.5)
    assert len(after_a_rest) <= (0.5 + CATCH_UP) * RATE + 1


def test_a_reply_does_not_wait_for_an_even_distance() -> None:
    one = pace()
    one.leave(0.0, lane=True)
    assert one.wait(0.0, lane=True) > 0
    assert one.wait(0.0) == 0


def test_replies_take_the_place_of_lanes() -> None:
    full = pace()
    places = []
    for _reply in range(full.most):
        assert full.wait(0.0) == 0
        places.append(full.leave(0.0))
    for place in places:
        full.answered(place, 0.01)
    assert full.wait(0.0) == full.wait(0.0, lane=True) == full.window


def test_what_was_answered_late_may_have_been_counted_late() -> None:
    full = pace()
    for place in [full.leave(0.0) for _reply in range(full.most)]:
        full.answered(place, 0.2)
    assert full.wait(1.1) == pytest.approx(0.1)


def test_what_is_not_answered_does_not_hold_up_the_others_for_good() -> None:
    full = pace()
    for _reply in range(full.most):
        full.leave(0.0)
    assert full.wait(0.0) == 1.0 + SLOW


@dataclass(frozen=True)
class Step:
    """Time passes, then somebody sends, waiting if need be; Telegram counts and answers so much later."""

    passed: float
    lane: bool
    counted: float  # of the latency
    latency: float


steps = st.lists(st.builds(Step, st.floats(0, 0.2), st.booleans(), st.floats(0, 1), st.floats(0, SLOW)), max_size=150)


@given(steps, st.sampled_from([1.0, 5.0, RATE, 100.0]))
def test_no_mix_of_replies_and_lanes_overfills_a_second(steps: list[Step], rate: float) -> None:
    mixed, now = pace(rate), 0.0
    counted: list[float] = []
    answers: list[tuple[float, int, Place]] = []

    def answer_until(moment: float) -> None:
        while answers and answers[0][0] <= moment:
            at, _number, place = heapq.heappop(answers)
            mixed.answered(place, at)

    for number, step in enumerate(steps):
        now += step.passed
        answer_until(now)
        while wait := mixed.wait(now, lane=step.lane):
            now += wait
            answer_until(now)
        place = mixed.leave(now, lane=step.lane)
        heapq.heappush(answers, (now + step.latency, number, place))
        counted.append(now + step.counted * step.latency)
    assert most_in_a_second(counted or [0.0]) <= mixed.most
    assert mixed.most <= max(1, math.ceil(rate / AIR))


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 20)), max_size=20), st.booleans())
def test_429_is_obeyed_and_never_forever(steps: list[tuple[float, float]], lane: bool) -> None:
    one, now, closed_until = pace(), 0.0, 0.0
    for passed, retry_after in steps:
        now += passed
        one.slow_down(now, retry_after)
        closed_until = max(closed_until, now + retry_after)
        assert one.wait(now, lane=lane) >= closed_until - now
        assert LEAST_RATE <= one.rate <= RATE
        assert (one.soon(now, 0.1) == 0) is (now < closed_until)
    assert sent_in(one, closed_until, 2.0, lane=lane)


def test_one_burst_of_429_slows_down_once() -> None:
    one = pace()
    for _answer in range(5):
        one.slow_down(0.0, 2.0)
    assert one.rate == RATE * SLOWER


def test_a_single_429_costs_little_more_than_its_own_wait() -> None:
    one = pace()
    one.slow_down(0.0, 1.0)
    assert sent_in(one, 0.0, 0.999) == []
    assert len(sent_in(one, 1.0, 10.0)) >= 0.9 * RATE * 10
    assert one.rate == RATE


def test_one_429_after_the_other_slows_down_more_and_more() -> None:
    one = pace()
    for second in range(30):
        one.slow_down(float(second), 1.0)
    assert one.rate == LEAST_RATE


def test_a_chat_waits_a_second_and_a_group_longer() -> None:
    chats = ChatPace()
    chats.spend(5, 0.0)
    chats.spend(-100, 0.0)
    assert chats.busy(0.5) == [5, -100]
    assert chats.busy(CHAT_GAP) == [-100]
    assert chats.busy(GROUP_GAP) == []


def test_a_chat_is_busy_while_its_message_waits_to_leave() -> None:
    chats = ChatPace()
    chats.hold(5)
    assert chats.busy(1e9) == [5]
    chats.spend(5, 1e9)
    assert chats.busy(1e9 + CHAT_GAP) == []
    chats.hold(5)
    chats.release(5)
    assert chats.busy(0.0) == []


def test_who_answers_a_person_goes_past_the_lanes() -> None:
    """Both wait for the same place in a full window."""

    async def run() -> list[str]:
        departures, left = Departures(pace(1_000.0), asyncio.get_running_loop().time), list[str]()
        departures.slow_down(0.02)

        async def go(name: str) -> None:
            await (departures.lane() if name == "lane" else departures.reply())
            left.append(name)

        await asyncio.gather(*map(go, ["lane", "lane", "reply", "reply"]))
        return left

    assert asyncio.run(run()) == ["reply", "reply", "lane", "lane"]
