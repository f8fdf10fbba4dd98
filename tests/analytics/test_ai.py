"""Questions and calls by the day: counted by hand, and a little at a time equals all at once."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from analytics.models import StaleDay, Tally
from analytics.periods import Period
from analytics.queries import ai as queries
from analytics.queries.tallies import Whose
from analytics.reports.ai import Ai, Cost, Day, Provider, ai, by_days
from analytics.services.days import count_days, mark_days
from analytics.tables.ai import falls, states
from content.models import AiUse
from funnels.models import Question
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner

HOUR = timedelta(hours=1)
TODAY = NOW.date()


def test_counted_by_hand() -> None:
    questions = {
        ("answered", ""): 70, ("unanswered", ""): 12, ("unanswered", "passed_on"): 3, ("refused", "medical"): 10,
        ("refused", "injection"): 4, ("open", ""): 1,
    }  # fmt: skip
    answered = {("yandex", ""): 50, ("yandex", "up"): 9, ("yandex", "down"): 1, ("extractive", ""): 13}
    calls = {
        ("answer:yandex", "calls"): 61, ("answer:yandex", "roubles"): 123_456, ("answer:yandex", "tokens_in"): 900,
        ("answer:yandex", "tokens_out"): 100, ("answer:yandex", "failed"): 13, ("picture:yandex", "calls"): 1,
    }  # fmt: skip
    falls, waits = {("yandex: timeout", ""): 13}, {("0", ""): 60, ("8", ""): 30, ("40", ""): 10}
    found = ai(questions, answered, falls, waits, calls, ())
    assert (found.questions, found.answered.part, found.states["unanswered"]) == (100, 73, 15)
    assert found.reasons[("refused", "medical")] == 10
    assert found.providers == (Provider("yandex", 60, 9, 1), Provider("extractive", 13, 0, 0))
    assert (found.liked.value, found.providers[1].liked.value) == (0.9, None)
    assert found.median is not None
    assert found.slowest is not None
    assert (found.median < timedelta(seconds=0.1), timedelta(seconds=30) < found.slowest < timedelta(seconds=35)) == (
        True,
        True,
    )
    assert found.costs[0] == Cost("answer", "yandex", 61, 13, 900, 100, Decimal("12.3456"))
    assert (found.tokens, found.roubles) == (1_000, Decimal("12.3456"))


def test_the_tables_speak_in_words() -> None:
    questions = {("unanswered", "lacking"): 1, ("dropped", "courtesy"): 1}
    found = ai(questions, {}, {("yandex: slow", ""): 1}, {}, {}, ())
    with translation.override("en"):
        told = [str(row[0].value) for row in (*states(found, {}).rows, *falls(found).rows)]
    assert "— the documents say too little" in told
    assert "— no question: a greeting, thanks" in told
    assert "yandex: The provider did not finish in time. The answer may have been charged." in told


def test_days() -> None:
    one, two = date(2026, 3, 1), date(2026, 3, 2)
    asked = {(one, "answered", ""): 3, (one, "unanswered", "passed_on"): 1, (one, "refused", "medical"): 1}
    spent = {
        (one, "answer:yandex", "roubles"): 15_000,
        (one, "answer:yandex", "calls"): 9,
        (two, "post:y", "roubles"): 1,
    }
    assert by_days(asked, spent) == (Day(one, 5, 4, Decimal("1.5")), Day(two, 0, 0, Decimal("0.0001")))


@pytest.fixture
def partner(db: None) -> Partner:
    return make_partner("anna", time_zone="Asia/Vladivostok")


def ask(partner: Partner, at: datetime = NOW, **fields: Any) -> Question:
    values = {"asker_id": 1, "chat_id": 1, "text": "Где склад?", "asked_at": at}
    with tenancy.partner(partner.pk):
        return Question.objects.create(partner=partner, **values | fields)


def answer(question: Question, seconds: int = 4, **fields: Any) -> None:
    values = {"state": "answered", "provider": "yandex", "finished_at": question.asked_at + timedelta(seconds=seconds)}
    with tenancy.partner(question.partner_id):
        Question.objects.filter(pk=question.pk).update(**values | fields)


def call(partner: Partner, day: date = TODAY, **fields: Any) -> AiUse:
    values = {"account": "yandex:b1g", "purpose": "answer", "provider": "yandex", "state": "charged"}
    times = {"day": day, "at": NOW, "expires_at": NOW}
    with tenancy.partner(partner.pk):
        key = str(AiUse.objects.count())
        return AiUse.objects.create(partner=partner, request_key=key, **values | times | fields)


def count(*partners: Partner) -> None:
    count_days({partner.pk: partner.time_zone for partner in partners})


def stored() -> Counter[tuple[Any, ...]]:
    with tenancy.all_partners():
        return Counter(Tally.objects.values_list("partner_id", "name", "day", "key", "aux", "people"))


def look(partner: Partner, day: date = TODAY) -> Ai:
    with tenancy.partner(partner.pk):
        return queries.ai(Whose(partner.pk), Period(day, day))


def test_what_changes_is_counted_anew(partner: Partner) -> None:
    first, second = ask(partner), ask(partner)
    count(partner)
    assert look(partner).states == {"open": 2}
    answer(first, falls=["openai: timeout"])
    answer(second, state="refused", reason="medical", provider="")
    count(partner)
    answer(first, thumb=-1)  # days later
    count(partner)
    found = look(partner)
    assert found.states == {"answered": 1, "refused": 1}
    assert found.providers == (Provider("yandex", 1, 0, 1),)
    assert found.falls == {"openai: timeout": 1}
    with tenancy.all_partners():
        assert not StaleDay.objects.exists()
        assert queries.ai(Whose(None), Period(TODAY, TODAY)) == found
    step_by_step = stored()
    with tenancy.all_partners():
        Tally.objects.all().delete()
        mark_days([partner.pk])
    count(partner)
    assert stored() == step_by_step


def test_a_day_is_the_partners(partner: Partner) -> None:
    ask(partner, NOW.replace(hour=15))  # one in the morning in Vladivostok
    count(partner)
    assert (look(partner).questions, look(partner, TODAY + timedelta(days=1)).questions) == (0, 1)


def test_a_partner_who_moves_to_another_zone(partner: Partner) -> None:
    ask(partner, NOW.replace(hour=15))
    count(partner)
    partner.time_zone = "Europe/Moscow"
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(time_zone=partner.time_zone)
        mark_days([partner.pk])
    count(partner)
    assert (look(partner).questions, look(partner, TODAY + timedelta(days=1)).questions) == (1, 0)
    assert all(number > 0 for *_key, number in stored())


def test_what_is_spent(partner: Partner) -> None:
    paid = call(partner, roubles=Decimal("0.3001"), tokens_in=700, tokens_out=100)
    call(partner, state="perhaps", roubles=Decimal(2))
    call(partner, state="reserved", roubles=Decimal(9))
    call(partner, state="failed")
    call(partner, TODAY - timedelta(days=40), roubles=Decimal(5))
    boris = make_partner("boris", ai_monthly_cap=Decimal(7))
    call(boris, roubles=Decimal(6))
    count(partner, boris)
    found = look(partner)
    assert found.costs == (Cost("answer", "yandex", 2, 1, 700, 100, Decimal("2.3001")),)
    with tenancy.partner(partner.pk):  # tried again on the next day
        AiUse.objects.filter(pk=paid.pk).update(day=TODAY + timedelta(days=1))
    count(partner)
    assert (look(partner).roubles, look(partner, TODAY + timedelta(days=1)).roubles) == (Decimal(2), Decimal("0.3001"))
    with tenancy.all_partners():
        lines = queries.spending(Period(TODAY - timedelta(days=60), TODAY), today=TODAY)
    assert [(line.slug, line.roubles, line.month) for line in lines] == [
        ("anna", Decimal(7), Decimal(2)),
        ("boris", Decimal(6), Decimal(6)),
    ]
    assert lines[1].cap == 7


def test_another_partners_sums_are_not_seen(partner: Partner) -> None:
    boris = make_partner()
    answer(ask(boris))
    call(boris, roubles=Decimal(1))
    count(partner, boris)
    assert look(partner) == look(partner, TODAY - timedelta(days=9))
    with tenancy.partner(partner.pk):
        assert queries.ai(Whose(boris.pk), Period(TODAY, TODAY)).questions == 0
        assert queries.ai(Whose(None), Period(TODAY, TODAY)).questions == 0
