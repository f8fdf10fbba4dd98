"""Incidents open once, close with patience, and flapping does not become a flood."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from partners.health import Trouble
from partners.incident_rules import LONGEST_CALM, SAME, TIMINGS, Deed, Memory, State, Timing, calm_of, step
from tests.factories import NOW

TIMING = Timing(after=timedelta(seconds=60), calm=timedelta(seconds=120))


class Incidents(RuleBasedStateMachine):
    """Beside the rules runs what a person would write down: since when it is bad, or right, without a break."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.memory = NOW, None
        self.is_open, self.deeds = False, []
        self.bad_since: datetime | None = None
        self.last_bad: datetime | None = None

    memory: Memory | None
    deeds: list[tuple[Deed, datetime]]

    @rule(seconds=st.integers(1, 400), bad=st.booleans())
    def look(self, seconds: int, bad: bool) -> None:
        self.now += timedelta(seconds=seconds)
        before = self.memory
        self.memory, deed = step(before, bad=bad, timing=TIMING, now=self.now)
        if bad:
            self.bad_since, self.last_bad = self.bad_since or self.now, self.now
        else:
            self.bad_since = None
        if deed is None:
            return
        self.deeds.append((deed, self.now))
        assert self.is_open == (deed == Deed.CLOSED), "it opens when it is closed, and closes when it is open"
        self.is_open = deed == Deed.OPENED
        if deed == Deed.OPENED:
            assert self.bad_since is not None
            assert self.now - self.bad_since >= TIMING.after
        else:
            assert before is not None
            assert self.last_bad is not None
            assert self.now - self.last_bad >= calm_of(before, TIMING) >= TIMING.calm

    @rule()
    def long_trouble_opens(self) -> None:
        self.look(1, True)
        self.look(int(TIMING.after.total_seconds()), True)
        assert self.is_open

    @rule()
    def long_peace_closes(self) -> None:
        self.look(int(LONGEST_CALM.total_seconds()) + 1, False)
        assert not self.is_open

    @invariant()
    def memory_agrees(self) -> None:
        assert self.is_open == (self.memory is not None and self.memory.state == State.OPEN)


TestIncidents = Incidents.TestCase


@pytest.mark.parametrize("kind", list(Trouble))
@given(looks=st.lists(st.booleans(), min_size=1, max_size=400))
def test_a_flapping_trouble_speaks_rarely(kind: Trouble, looks: list[bool]) -> None:
    """Two hours of looks every 20 s, good and bad in any order: at most a handful of alerts."""
    memory, opened, now = None, 0, NOW
    for bad in looks:
        now += timedelta(seconds=20)
        memory, deed = step(memory, bad=bad, timing=TIMINGS[kind], now=now)
        opened += deed == Deed.OPENED
    calm = TIMINGS[kind].calm
    if calm:
        assert (2 ** max(0, opened - 1) - 1) * calm <= now - NOW


def test_what_comes_back_soon_is_the_same_incident_and_later_a_new_one() -> None:
    closed = Memory(State.CLOSED, since=NOW, bad_at=NOW, closed_at=NOW, times=3)
    for pause, times in ((SAME - timedelta(seconds=1), 4), (SAME, 1)):
        memory, deed = step(closed, bad=True, timing=TIMINGS[Trouble.TOKEN], now=NOW + pause)
        assert deed == Deed.OPENED
        assert memory is not None
        assert memory.times == times


def test_a_moment_of_trouble_is_forgotten() -> None:
    memory, _deed = step(None, bad=True, timing=TIMING, now=NOW)
    assert memory is not None
    assert step(memory, bad=False, timing=TIMING, now=NOW + timedelta(seconds=20)) == (None, None)
