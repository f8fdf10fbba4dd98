"""What is enough, getting tight or at its limit, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.translation import override

from botrunner.capacity.judging import FULL, TIGHT, Gauge, Part, Verdict, age, amount
from botrunner.capacity.load import Bots, Database, Disk, Load, Outbox, Spending, Waiting, Workers
from botrunner.capacity.parts import COUNTED, TASKS, TURNS, parts, verdict
from partners.health import LANES, WORKER_SILENCE

GB = 2**30
QUIET = Load(
    bots=Bots(wanted=300, places=[1_000, 1_000], updates=3.5, unanswered=timedelta()),
    outbox=Outbox(lanes=dict.fromkeys(LANES, Waiting()), sent=40, busiest=3, rate=28.5),
    workers=Workers(
        silence=timedelta(seconds=9),
        tasks={"celery": 1, "ai": 0},
        timer=timedelta(seconds=4),
        question=timedelta(),
        counted=timedelta(seconds=3),
    ),
    database=Database(
        connections=40,
        places=297,
        locks=320,
        lock_room=19_200,
        bytes=5 * GB,
        tables=[("partners_lead", GB)],
        missed=0.001,
    ),
    disks=[Disk("host:/var", free=70 * GB, total=100 * GB, least=10 * GB)],
    spending=Spending(spent=10, cap=1_000),
)


@pytest.fixture(autouse=True)
def english() -> object:
    with override("en"):
        yield


def of(load: Load, name: str) -> Part:
    [part] = [part for part in parts(load) if part.name == name]
    return part


@pytest.mark.parametrize(
    ("used", "found"),
    [(0, "ENOUGH"), (TIGHT - 0.01, "ENOUGH"), (TIGHT, "TIGHT"), (FULL - 0.01, "TIGHT"), (FULL, "ADD"), (7, "ADD")],
)
def test_the_verdict_follows_what_is_used(used: float, found: str) -> None:
    assert Gauge("", "", used, "").verdict is Verdict[found]
    assert 0 <= Gauge("", "", used, "").percent <= 100


def test_a_part_is_as_bad_as_its_worst_gauge_and_says_each_thing_once() -> None:
    gauges = [
        Gauge("a", "", 0.8, "plan"),
        Gauge("b", "", 1, "act"),
        Gauge("c", "", 0, "rest"),
        Gauge("d", "", 1, "act"),
    ]
    part = Part("", "", gauges)
    assert (part.verdict, part.advice) == (Verdict.ADD, ["act", "plan"])
    assert Part("", "", []).verdict is Verdict.ENOUGH


def test_without_a_place_one_bot_is_too_many_and_none_is_enough() -> None:
    assert amount("", 1, 0, "").verdict is Verdict.ADD
    assert amount("", 0, 0, "").verdict is Verdict.ENOUGH


def test_a_wait_is_told_beside_its_limit() -> None:
    assert age("", timedelta(seconds=90), timedelta(minutes=2), "", more="5 wait").told == "1 min of 2 min, 5 wait"


def test_a_quiet_installation_has_enough_of_everything() -> None:
    assert verdict(parts(QUIET)) is Verdict.ENOUGH
    assert {sentence for part in parts(QUIET) for sentence in part.advice} == set()


BOTS, OUTBOX, WORKERS, DATABASE = QUIET.bots, QUIET.outbox, QUIET.workers, QUIET.database


@pytest.mark.parametrize(
    ("load", "part", "advice"),
    [
        (replace(QUIET, bots=replace(BOTS, wanted=1_900)), "Runners", "one more runner"),
        (replace(QUIET, bots=replace(BOTS, places=[])), "Runners", "one more runner"),
        (replace(QUIET, bots=replace(BOTS, updates=2 * TURNS)), "Runners", "whole core"),
        (replace(QUIET, bots=replace(BOTS, unanswered=LANES[0][0])), "Runners", "whole core"),
        (replace(QUIET, workers=replace(WORKERS, silence=None)), "Workers", "start both"),
        (replace(QUIET, workers=replace(WORKERS, silence=WORKER_SILENCE)), "Workers", "start both"),
        (replace(QUIET, workers=replace(WORKERS, tasks={"celery": TASKS})), "Workers", "One more worker"),
        (replace(QUIET, workers=replace(WORKERS, tasks={"celery": None})), "Workers", "broker"),
        (replace(QUIET, workers=replace(WORKERS, timer=LANES[3][0])), "Workers", "One more worker"),
        (replace(QUIET, workers=replace(WORKERS, counted=COUNTED)), "Workers", "One more worker"),
        (replace(QUIET, workers=replace(WORKERS, question=LANES[0][0])), "Curator's answers", "queue “ai”"),
        (replace(QUIET, database=replace(DATABASE, connections=290)), "PostgreSQL", "never in transaction mode"),
        (replace(QUIET, database=replace(DATABASE, locks=18_000)), "PostgreSQL", "max_locks_per_transaction"),
        (replace(QUIET, database=replace(DATABASE, missed=0.2)), "PostgreSQL", "shared_buffers"),
        (replace(QUIET, disks=[Disk("host:/var", 12 * GB, 100 * GB, 10 * GB)]), "Disk host:/var", "bigger disk"),
    ],
)
def test_each_limit_is_found_and_says_what_to_do(load: Load, part: str, advice: str) -> None:
    assert of(load, part).verdict is Verdict.ADD
    assert advice in " ".join(of(load, part).advice)
    assert parts(load)[0].name == part


@pytest.mark.parametrize("lane", LANES)
def test_a_lane_may_wait_as_long_as_it_opens_no_incident(lane: int) -> None:
    waiting = Waiting(due=12, age=LANES[lane][0])
    part = of(replace(QUIET, outbox=replace(OUTBOX, lanes={**OUTBOX.lanes, lane: waiting})), "Outbox")
    assert [gauge.verdict for gauge in part.gauges if gauge.used >= 1] == [Verdict.ADD]


@pytest.mark.parametrize(
    "load",
    [
        replace(QUIET, outbox=replace(OUTBOX, busiest=28.5)),  # a broadcast at Telegram's limit
        replace(QUIET, spending=Spending(spent=100, cap=100)),
        replace(QUIET, workers=replace(WORKERS, counted=None)),
    ],
)
def test_what_no_machine_can_change_is_only_called_tight(load: Load) -> None:
    assert verdict(parts(load)) is Verdict.TIGHT


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([1_000, 1_000], "carry all"),
        ([1_000, 200], "100 bots have no place"),
        ([1_000], "no other runner"),
        ([], "no other runner"),
    ],
)
def test_what_happens_if_a_runner_fails(places: list[int], told: str) -> None:
    [(_name, found)] = of(replace(QUIET, bots=replace(BOTS, places=places)), "Runners").facts
    assert told in found


def test_an_unread_database_has_no_share_of_misses() -> None:
    assert len(of(replace(QUIET, database=replace(DATABASE, missed=None)), "PostgreSQL").gauges) == 2
