from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from funnels.models import FunnelEvent
from funnels.schema import Goal, Intent
from funnels.score_words import REASONS, ago, explain
from funnels.scoring import HOT, ScoredEvent, ScoreLine, Weights, band, changes_at, is_hot, load_weights, score
from partners.strict_yaml import FileError

FILE = Path(django_settings.BASE_DIR) / "funnels" / "presets" / "rules" / "scoring.yaml"
TEXT = FILE.read_text(encoding="utf-8")
WEIGHTS = load_weights(TEXT, FILE.name)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def event(kind: str, step: str = "", *, ago: timedelta = HOUR, **data: Any) -> ScoredEvent:
    return ScoredEvent(kind, step, data, NOW - ago)


def said(**answers: str) -> ScoredEvent:
    return event("button_pressed", "welcome", set=answers)


def shown(step: str) -> ScoredEvent:
    return event("screen_shown", step)


CLIENT, BUSINESS = said(intent="client"), said(intent="business")
PHONE, EMAIL = event("contact_left", what="phone"), event("contact_left", what="email")
SHOP, REGISTRATION = event("link_clicked", slot="shop"), event("link_clicked", slot="registration")
MESSAGE = event("message_received")


def points(*events: ScoredEvent) -> tuple[int, int, int]:
    result = score(events, now=NOW, weights=WEIGHTS)
    return result.customer, result.business, result.total


def test_the_weights_are_those_of_the_product() -> None:
    assert WEIGHTS.model_dump(exclude={"format", "activity"}) == {
        "intent": {"client": 10, "business": 20},
        "goal": {"50_100k": 5, "200k_plus": 10},
        "step": {"each": 5, "at_most": 25},
        "link": {"each": 10, "at_most": 20},
        "message": {"each": 2, "at_most": 20},
        "phone": 20,
        "email": 10,
        "silence": {"each": 2, "at_most": 20},
    }


def test_every_activity_is_a_kind_of_event() -> None:
    assert set(WEIGHTS.activity) - {"contact_left"} <= set(FunnelEvent.Kind.values)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], (0, 0, 0)),
        ([CLIENT], (10, 0, 10)),
        ([BUSINESS], (0, 20, 20)),
        ([CLIENT, BUSINESS], (10, 20, 20)),  # the dearest counts
        ([BUSINESS, BUSINESS], (0, 20, 20)),
        ([said(intent="curious")], (0, 0, 0)),
        ([said(goal="200k_plus")], (0, 10, 10)),
        ([said(goal="50_100k"), said(goal="200k_plus")], (0, 10, 10)),
        ([said(goal="unsure"), MESSAGE], (0, 2, 2)),  # worth nothing, but an interest
        ([CLIENT, shown("a"), shown("a"), shown("b")], (20, 0, 20)),
        ([CLIENT, *(shown(f"s{number}") for number in range(9))], (35, 0, 35)),
        ([SHOP], (10, 0, 10)),
        ([event("link_clicked", slot="shop.shake")], (10, 0, 10)),
        ([REGISTRATION], (0, 10, 10)),
        ([SHOP, SHOP, REGISTRATION, REGISTRATION], (20, 20, 20)),
        ([event("link_clicked", slot="blog")], (0, 0, 10)),
        ([MESSAGE] * 3, (0, 0, 6)),
        ([CLIENT, *[MESSAGE] * 30], (30, 0, 30)),
        ([PHONE, PHONE, EMAIL], (0, 0, 30)),
        ([BUSINESS, PHONE, EMAIL], (0, 50, 50)),
        ([event("contact_left", what="address")], (0, 0, 0)),
        ([event("bot_blocked"), event("from_the_future")], (0, 0, 0)),
        ([event("button_pressed", set="business"), event("button_pressed", set={"intent": ["client"]})], (0, 0, 0)),
        ([event("started", ago=-HOUR), event("message_received", ago=-HOUR)], (0, 0, 0)),  # not yet
    ],
)
def test_known_scores(events: list[ScoredEvent], expected: tuple[int, int, int]) -> None:
    assert points(*events) == expected


def test_a_lead_who_did_everything_has_a_hundred() -> None:
    everything = [CLIENT, BUSINESS, said(goal="200k_plus"), SHOP, REGISTRATION, PHONE, EMAIL, *[MESSAGE] * 10]
    result = score([*everything, *(shown(f"s{number}") for number in range(5))], now=NOW, weights=WEIGHTS)
    assert (result.total, sum(line.points for line in result.lines)) == (100, 125)


@pytest.mark.parametrize(
    ("silent", "expected"),
    [
        (timedelta(0), 20),
        (DAY - timedelta(seconds=1), 20),
        (DAY, 18),
        (3 * DAY + HOUR, 14),
        (10 * DAY, 0),
        (99 * DAY, 0),
    ],
)
def test_silence_costs_two_points_a_day(silent: timedelta, expected: int) -> None:
    assert points(event("button_pressed", ago=silent, set={"intent": "business"})) == (0, expected, expected)


def test_silence_costs_twenty_points_at_most() -> None:
    phone = event("contact_left", ago=60 * DAY, what="phone")
    business = event("button_pressed", ago=60 * DAY, set={"intent": "business"})
    assert points(phone, business) == (0, 20, 20)


@pytest.mark.parametrize("kind", ["screen_shown", "bot_blocked", "bot_unblocked", "unknown"])
def test_what_the_lead_did_not_do_does_not_end_silence(kind: str) -> None:
    with_it = score([event("message_received", ago=5 * DAY), event(kind)], now=NOW, weights=WEIGHTS)
    assert [line for line in with_it.lines if line.reason == "silence"] == [ScoreLine(-10, "silence", 5, NOW - 5 * DAY)]


def test_lines_say_what_how_often_and_when_the_strongest_first() -> None:
    old_phone = event("contact_left", ago=4 * DAY, what="phone")
    messages = [event("message_received", ago=ago) for ago in (3 * DAY, 2 * DAY)]
    result = score([shown("a"), *messages, old_phone], now=NOW, weights=WEIGHTS)
    assert result.lines == (
        ScoreLine(20, "phone", 1, NOW - 4 * DAY),
        ScoreLine(5, "step", 1, NOW - HOUR),
        ScoreLine(4, "message", 2, NOW - 2 * DAY),
        ScoreLine(-4, "silence", 2, NOW - 2 * DAY),
    )


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (0, "cold"),
        (20, "cold"),
        (21, "warm"),
        (50, "warm"),
        (51, "hot"),
        (80, "hot"),
        (81, "very_hot"),
        (100, "very_hot"),
    ],
)
def test_bands(total: int, expected: str) -> None:
    assert band(total) == expected
    assert is_hot(total) is (total >= 51) is (total >= HOT) is ("hot" in expected)


AGES = st.timedeltas(timedelta(0), timedelta(days=40))
SAID = st.fixed_dictionaries(
    {},
    optional={
        "intent": st.sampled_from(["client", "business", "curious", "?"]),
        "goal": st.sampled_from(["10_30k", "50_100k", "200k_plus", "unsure"]),
    },
)
DATA = st.one_of(
    st.just({}),
    st.builds(lambda answers: {"set": answers}, SAID),
    st.sampled_from([{"slot": "shop"}, {"slot": "registration"}, {"slot": "blog"}, {"what": "phone"}]),
    st.sampled_from([{"what": "email"}, {"what": None}, {"set": None}, {"set": ["intent"]}, {"slot": 7}]),
)
EVENTS = st.builds(
    lambda kind, step, data, age: ScoredEvent(kind, step, data, NOW - age),
    st.sampled_from([*WEIGHTS.activity, "screen_shown", "bot_blocked", "unknown"]),
    st.sampled_from(["a", "b", "c", "d", "e", "f", "g"]),
    DATA,
    AGES,
)
HISTORIES = st.lists(EVENTS, max_size=20)


@settings(max_examples=80)
@given(HISTORIES, AGES)
def test_scores_are_bounded_and_explained(events: list[ScoredEvent], later: timedelta) -> None:
    result = score(events, now=NOW + later, weights=WEIGHTS)
    whole = sum(line.points for line in result.lines)
    assert result.total == max(0, min(100, whole))
    assert 0 <= max(result.customer, result.business) <= result.total <= 100
    assert [line.points for line in result.lines] == sorted((line.points for line in result.lines), reverse=True)
    assert len({line.reason for line in result.lines}) == len(result.lines)
    for line in result.lines:
        assert line.points != 0
        assert line.points >= -20
        assert line.count >= 1
        assert explain(line, NOW + later)


@settings(max_examples=50)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(events: list[ScoredEvent], random: Any) -> None:
    shuffled = random.sample(events, len(events))
    assert score(iter(shuffled), now=NOW, weights=WEIGHTS) == score(events, now=NOW, weights=WEIGHTS)


@settings(max_examples=80)
@given(HISTORIES, EVENTS)
def test_more_never_means_less(events: list[ScoredEvent], one_more: ScoredEvent) -> None:
    events = [event("started", ago=40 * DAY), *events]  # every lead's first event; nothing is silent before it
    before, after = (score(known, now=NOW, weights=WEIGHTS) for known in (events, [*events, one_more]))
    assert after.total >= before.total
    assert after.customer >= before.customer
    assert after.business >= before.business


@settings(max_examples=50)
@given(HISTORIES, AGES, AGES)
def test_time_alone_never_adds(events: list[ScoredEvent], first: timedelta, second: timedelta) -> None:
    sooner, later = (score(events, now=NOW + at, weights=WEIGHTS) for at in sorted([first, second]))
    assert later.total <= sooner.total
    assert sooner.total - later.total <= WEIGHTS.silence.at_most


@pytest.mark.parametrize(
    ("was", "becomes", "line", "path"),
    [
        ("phone: 20", "phone: много", 24, "phone"),
        ("phone: 20", "phone: 101", 24, "phone"),
        ("phone: 20", "phone: -1", 24, "phone"),
        ("phone: 20", "phone: true", 24, "phone"),
        ("phone: 20", "fax: 20", 24, "fax"),
        ("client: 10", "cleint: 10", 19, "intent.cleint"),
        ("50_100k: 5", "50_100k: five", 20, "goal.50_100k"),
        ("{each: 2, at_most: 20}     # к", "{each: 2}     # к", 23, "message.at_most"),
        ("format: 1", "format: 2", 6, "format"),
        ("  - started", "  - Started", 11, "activity[0]"),
    ],
)
def test_mistakes_are_named_with_line_and_key(was: str, becomes: str, line: int, path: str) -> None:
    assert was in TEXT
    with pytest.raises(FileError) as raised:
        load_weights(TEXT.replace(was, becomes, 1), "scoring.yaml")
    assert (line, path) in [(problem.line, problem.path) for problem in raised.value.problems]
    assert f"scoring.yaml:{line} {path} " in str(raised.value)


def test_every_reason_has_words() -> None:
    every = {f"intent_{name}": 1 for name in get_args(Intent)} | {f"goal_{name}": 1 for name in get_args(Goal)}
    rest = set(Weights.model_fields) - {"format", "activity", "intent", "goal"}
    assert set(REASONS) == set(every) | rest


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ScoreLine(20, "phone", 1, NOW - 3 * HOUR), "+20 оставил(а) телефон, 3 ч назад"),
        (ScoreLine(10, "email", 1, NOW - timedelta(minutes=59)), "+10 оставил(а) e-mail, 59 мин назад"),
        (ScoreLine(20, "intent_business", 1, NOW), "+20 интересуется заработком, только что"),
        (ScoreLine(10, "goal_200k_plus", 1, NOW - DAY), "+10 хочет зарабатывать от 200 тысяч в месяц, 1 день назад"),
        (ScoreLine(5, "step", 1, NOW - 2 * DAY), "+5 посмотрел(а) 1 экран, 2 дня назад"),
        (ScoreLine(25, "step", 7, NOW - 5 * DAY), "+25 посмотрел(а) 7 экранов, 5 дней назад"),
        (ScoreLine(10, "step", 2, NOW - 21 * DAY), "+10 посмотрел(а) 2 экрана, 21 день назад"),
        (ScoreLine(20, "link", 2, NOW), "+20 перешёл(ла) по ссылкам 2 раза, только что"),
        (ScoreLine(20, "link", 5, NOW), "+20 перешёл(ла) по ссылкам 5 раз, только что"),
        (ScoreLine(2, "message", 1, NOW), "+2 написал(а) 1 сообщение, только что"),
        (ScoreLine(20, "message", 11, NOW), "+20 написал(а) 11 сообщений, только что"),
        (ScoreLine(-6, "silence", 3, NOW - 3 * DAY), "−6 молчит 3 дня"),
    ],
)
def test_lines_in_russian(line: ScoreLine, expected: str) -> None:
    with translation.override("ru"):
        assert explain(line, NOW) == expected


def test_a_clock_that_is_behind_does_not_show() -> None:
    assert ago(NOW + HOUR, NOW) == ago(NOW, NOW)


@settings(max_examples=120)
@given(HISTORIES, AGES, AGES)
def test_nothing_changes_before_it_is_said_to(events: list[ScoredEvent], looked: timedelta, waited: timedelta) -> None:
    now = NOW - looked  # some of the events lie ahead: of a machine whose clock is
    due = changes_at(events, now=now, weights=WEIGHTS)
    assert due is None or due > now
    later = now + waited if due is None else min(now + waited, due - timedelta(microseconds=1))
    before, after = (score(events, now=at, weights=WEIGHTS) for at in (now, later))
    assert (before.total, before.customer, before.business) == (after.total, after.customer, after.business)
