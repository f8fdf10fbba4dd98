"""Turns outside the funnel: one transaction, no cost for the others, and what follows for sequences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from content.models import OutboxMessage
from funnels import engine
from funnels.dialogue import Agree, Ask, Card
from funnels.models import Conversation, Enrollment, FunnelEvent, FunnelVersion
from funnels.services.export import MOST_LETTERS, export
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Turn, Typed, take_turns
from funnels.wishes import Wish
from partners import tenancy
from partners.models import Consent, Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner

IVAN, OLGA = Person(1, "Иван"), Person(2, "Ольга")
PHONE = "+79161234567"
AGREE, CARD = Agree("data", 1), Card(PHONE, own=True)


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    partner = make_partner(telegram_id=777)
    make_bot(partner)
    return partner


def say(partner: Partner, *turns: tuple[Person, Act]) -> list[tuple[str, ...]]:
    with tenancy.partner(partner.pk):
        answers = take_turns(partner_id=partner.pk, turns=[Turn(*turn, update_id=5) for turn in turns], now=NOW)
    return [tuple(str(message.text) for message in answer) for answer in answers]


def counts(partner: Partner) -> dict[str, int]:
    with tenancy.partner(partner.pk):
        tables = (Consent, OutboxMessage, FunnelEvent, Conversation, Lead)
        return {table.__name__: table._default_manager.count() for table in tables}


def test_a_contact_and_its_effects_are_one_transaction(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    say(partner, (IVAN, AGREE))
    before = counts(partner)
    with pytest.raises(RuntimeError):
        leave_phone_and_fail(partner)
    assert counts(partner) == before
    with tenancy.partner(partner.pk):
        assert Lead.objects.get().phone == ""
        assert Conversation.objects.get().asking == "phone:0"
    say(partner, (IVAN, CARD))
    assert counts(partner)["OutboxMessage"] == before["OutboxMessage"] + 1


def leave_phone_and_fail(partner: Partner) -> None:
    with tenancy.partner(partner.pk):
        take_turns(partner_id=partner.pk, turns=[Turn(IVAN, CARD, 6)], now=NOW)
        assert (Lead.objects.get().phone, OutboxMessage.objects.count()) == (PHONE, 1)
        raise RuntimeError("the power goes out")


def test_the_same_update_told_twice_is_told_once(partner: Partner) -> None:
    say(partner, (IVAN, AGREE))
    say(partner, (IVAN, CARD))
    say(partner, (IVAN, CARD))
    assert counts(partner)["OutboxMessage"] == 1


def test_a_batch_of_everything(partner: Partner) -> None:
    say(partner, (IVAN, Opened()), (OLGA, Ask()))
    answers = say(partner, (IVAN, Typed("вопрос")), (OLGA, AGREE))
    assert answers[0] == ()  # the curator answers
    assert "Теперь номер" in answers[1][0]


def test_a_question_about_nothing_asked_costs_what_keeping_it_costs(
    partner: Partner, django_assert_num_queries: Any
) -> None:
    say(partner, (IVAN, Opened()))
    say(partner, (IVAN, Typed("разогрев")))
    with tenancy.partner(partner.pk), django_assert_num_queries(0):
        take_turns(partner_id=partner.pk, turns=[Turn(IVAN, engine.Home())], now=NOW)
    with tenancy.partner(partner.pk), django_assert_num_queries(1):
        take_turns(partner_id=partner.pk, turns=[Turn(IVAN, Typed("вопрос"))], now=NOW)


def press(version: FunnelVersion, step: str, action: str) -> engine.Press:
    return engine.Press(version.pk, step, action)


def test_only_the_first_product_brings_the_question(
    partner: Partner, sample: FunnelVersion, django_assert_num_queries: Any
) -> None:
    say(partner, (IVAN, Opened()), (OLGA, Opened()))
    first = say(partner, (IVAN, press(sample, "health", "0")), (OLGA, press(sample, "start", "0")))
    assert "Присылать полезное" in first[0][-1]
    assert len(first[1]) == 1
    with tenancy.partner(partner.pk), django_assert_num_queries(0):
        take_turns(partner_id=partner.pk, turns=[Turn(IVAN, press(sample, "health", "0"))], now=NOW)


def test_without_the_funnel_contacts_are_taken_all_the_same(sample: FunnelVersion) -> None:
    partner = make_partner(funnel_enabled=False)
    say(partner, (IVAN, AGREE))
    (answer,) = say(partner, (IVAN, CARD))
    assert "Записано" in answer[0]


# Sequences


def publish_sequence(text: str) -> None:
    with tenancy.all_partners():
        FunnelVersion.objects.create(
            kind=FunnelVersion.Kind.SEQUENCE,
            key="weight",
            number=1,
            text=text,
            status=FunnelVersion.Status.PUBLISHED,
            created_at=NOW,
        )


SEQUENCE = """\
format: 1
key: weight
title: Проба
topic: tips
entry: {intent: client}
steps:
  - {key: first, after: 24h, text: "Привет"}
"""


def enrolled(partner: Partner) -> list[tuple[str, str]]:
    with tenancy.partner(partner.pk):
        return list(Enrollment.objects.values_list("state", "exit_reason"))


@pytest.mark.parametrize(
    ("leaves", "act", "expected"),
    [
        ("true", CARD, ("left", "contact")),
        ("false", CARD, ("active", "")),
        ("true", Wish("stop"), ("left", "unsubscribed")),
    ],
)
def test_a_yes_to_offers_begins_the_sequence_and_other_acts_end_it(
    partner: Partner, sample: FunnelVersion, leaves: str, act: Act, expected: tuple[str, str]
) -> None:
    publish_sequence(SEQUENCE + f"leave_on_contact: {leaves}\n")
    say(partner, (IVAN, Opened()))
    say(partner, (IVAN, press(sample, "start", "0")))
    say(partner, (IVAN, Agree("offers", 1)))
    assert enrolled(partner) == [("active", "")]
    say(partner, (IVAN, AGREE))
    say(partner, (IVAN, act))
    assert enrolled(partner) == [expected]


def test_a_long_story_is_exported_in_part_and_says_so(partner: Partner) -> None:
    lead = make_lead(partner)
    letters = "я" * 4_000
    with tenancy.partner(partner.pk):
        lead.messages.bulk_create(
            lead.messages.model(partner=partner, lead=lead, text=letters, at=NOW + timedelta(seconds=n))
            for n in range(100)
        )
        file = export(lead=lead, now=NOW)
    assert f'"messages": {100 - MOST_LETTERS // 4_000}' in file.text
    assert len(file.text) < 2 * MOST_LETTERS
