"""What a partner may spend: reserved, settled, warned of; never more than the caps, nothing twice."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from content.ai.budget import Budget, Spending, Warned, budget, cancel, note, reserve, settle, settle_unknown
from content.ai.money import Price
from content.ai.troubles import AiError, Trouble
from content.models import AiUse
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner

pytestmark = pytest.mark.django_db

# A rouble a token.
PRICE = Price(provider="yandex", model="m", valid_from=date.min, input=Decimal(1_000), output=Decimal(1_000))


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna", ai_daily_cap=Decimal(100), ai_monthly_cap=Decimal(250))


def set_aside(partner: Partner, key: str, roubles: int, now: datetime = NOW) -> AiUse:
    spending = Spending(partner.pk, key, AiUse.Purpose.ANSWER)
    return reserve(spending, account="a", price=PRICE, tokens=(roubles, 0), now=now)


def pay(partner: Partner, key: str, roubles: int, now: datetime = NOW) -> Warned | None:
    use = set_aside(partner, key, roubles, now)
    return settle(use, cost=Decimal(roubles), tokens=(roubles, 0), now=now)


def state(partner: Partner, now: datetime = NOW) -> Budget:
    with tenancy.partner(partner.pk):
        return budget(partner.pk, now)


def refused(*arguments: Any) -> Trouble:
    with pytest.raises(AiError) as raised:
        set_aside(*arguments)
    return raised.value.trouble


def test_what_is_being_asked_counts_with_the_most_it_can_cost(anna: Partner) -> None:
    use = set_aside(anna, "1", 60)
    assert state(anna).spent_today == 60
    assert refused(anna, "2", 41) == Trouble.BUDGET
    settle(use, cost=Decimal(10), tokens=(8, 2), now=NOW)
    assert (state(anna).spent_today, state(anna).left) == (Decimal(10), Decimal(90))
    set_aside(anna, "2", 41)


def test_what_was_not_charged_is_given_back(anna: Partner) -> None:
    cancel(set_aside(anna, "1", 60), trouble=Trouble.DOWN, now=NOW)
    assert state(anna).spent_today == 0
    set_aside(anna, "1", 100)


def test_what_may_have_been_charged_counts_whole(anna: Partner) -> None:
    settle_unknown(set_aside(anna, "1", 60), trouble=Trouble.SLOW, now=NOW)
    assert state(anna).spent_today == 60


def test_a_crash_leaves_a_reservation_that_expires_and_is_not_asked_again(anna: Partner) -> None:
    set_aside(anna, "1", 60)
    later = NOW + timedelta(hours=1)
    assert state(anna, later).spent_today == 0
    assert refused(anna, "1", 1, later) == Trouble.ASKED_BEFORE


def test_a_result_that_comes_after_its_reservation_expired_still_counts(anna: Partner) -> None:
    use, later = set_aside(anna, "1", 60), NOW + timedelta(hours=1)
    settle(use, cost=Decimal(50), tokens=(50, 0), now=later)
    assert state(anna, later).spent_today == 50


def test_a_use_is_settled_once(anna: Partner) -> None:
    use = set_aside(anna, "1", 60)
    settle(use, cost=Decimal(10), tokens=(10, 0), now=NOW)
    settle(use, cost=Decimal(99), tokens=(99, 0), now=NOW)
    cancel(use, trouble=Trouble.DOWN, now=NOW)
    assert state(anna).spent_today == 10


def test_a_note_changes_nothing_of_what_was_paid(anna: Partner) -> None:
    pay(anna, "1", 10)
    note(Spending(anna.pk, "1", AiUse.Purpose.ANSWER), account="a", price=PRICE, trouble=Trouble.RESTING, now=NOW)
    with tenancy.partner(anna.pk):
        assert AiUse.objects.get().state == "charged"


def test_days_and_months_are_the_partners_own() -> None:
    boris = make_partner("boris", time_zone="Asia/Vladivostok", ai_daily_cap=Decimal(100), ai_monthly_cap=Decimal(150))
    evening = datetime.fromisoformat("2026-03-31T13:00+00:00")  # 23:00 there
    pay(boris, "1", 100, evening)
    assert state(boris, evening).day == date(2026, 3, 31)
    night = evening + timedelta(hours=2)
    assert state(boris, night).day == date(2026, 4, 1)
    assert (state(boris, night).spent_today, state(boris, night).spent_this_month) == (Decimal(0), Decimal(0))


def test_the_monthly_cap_holds_too(anna: Partner) -> None:
    for day in range(2):
        pay(anna, str(day), 100, NOW + timedelta(days=day))
    assert refused(anna, "x", 51, NOW + timedelta(days=2)) == Trouble.BUDGET
    set_aside(anna, "x", 50, NOW + timedelta(days=2))


def test_a_partner_without_caps_has_the_networks() -> None:
    boris = make_partner("boris")
    with override_settings(AI_DAILY_CAP=Decimal(5), AI_MONTHLY_CAP=Decimal(7)):
        assert (state(boris).daily_cap, state(boris).monthly_cap) == (Decimal(5), Decimal(7))
        assert refused(boris, "1", 6) == Trouble.BUDGET


def test_a_cap_of_nothing_switches_the_models_off() -> None:
    boris = make_partner("boris", ai_daily_cap=Decimal(0))
    assert refused(boris, "1", 0) == Trouble.BUDGET


def test_four_fifths_are_told_with_a_key_for_the_day(anna: Partner) -> None:
    assert pay(anna, "1", 79) is None
    expected = Warned("day", Decimal(80), Decimal(100), False, "ai-budget:day:2026-03-02")
    assert pay(anna, "2", 1) == expected
    warned = pay(anna, "3", 1)
    assert warned is not None
    assert warned.key == expected.key
    assert pay(anna, "4", 80, NOW + timedelta(days=1)) != warned


def test_the_fuller_cap_is_told(anna: Partner) -> None:
    for day in range(2):
        pay(anna, str(day), 100, NOW + timedelta(days=day))
    warned = pay(anna, "3", 45, NOW + timedelta(days=2))
    assert warned == Warned("month", Decimal(245), Decimal(250), False, "ai-budget:month:2026-03")


def test_other_partners_spend_on_their_own(anna: Partner) -> None:
    pay(make_partner("boris"), "1", 90)
    assert state(anna).spent_today == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_get_the_last_rouble() -> None:
    anna = make_partner("anna", ai_daily_cap=Decimal(10), ai_monthly_cap=Decimal(10))
    together, results = threading.Barrier(4), []

    def spend(number: int) -> None:
        try:
            together.wait(60)
            results.append(set_aside(anna, str(number), 10).state)
        except AiError as error:
            results.append(error.trouble.value)
        finally:
            connection.close()

    run_together([threading.Thread(target=spend, args=[number]) for number in range(4)])
    assert sorted(results) == ["budget"] * 3 + ["reserved"]


@pytest.mark.django_db(transaction=True)
def test_one_question_that_comes_twice_at_once_is_asked_once() -> None:
    anna = make_partner("anna")
    together, results = threading.Barrier(4), []

    def spend() -> None:
        try:
            together.wait(60)
            results.append(set_aside(anna, "same", 1).state)
        except AiError as error:
            results.append(error.trouble.value)
        finally:
            connection.close()

    run_together([threading.Thread(target=spend) for _number in range(4)])
    assert sorted(results) == ["asked_before"] * 3 + ["reserved"]


def run_together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
