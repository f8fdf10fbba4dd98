"""Every failure of a model, from question to reply: the person is answered, the operator sees why, it is paid once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import Settings

from content.ai.chain import EXTRACTIVE
from content.ai.standin import Fault, Standin
from content.ai.troubles import SENTENCES, Trouble
from content.markup import fault
from content.models import AiUse
from funnels.models import Question
from funnels.services.answering.claim import due_partners
from partners import tenancy
from partners.fields import Secret
from partners.models import Lead, Partner
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.curator import DELIVERY, answer_all, asks, questions, said, write
from tests.yandex import Saying, api_key_account, running_cloud, service_account

pytestmark = pytest.mark.django_db

State = Question.State
QUOTED = "от трёх до семи рабочих дней"
UNPAID, PAID = False, True


@pytest.fixture
def cloud() -> Iterator[Standin]:
    with running_cloud() as standin:
        yield standin


@pytest.fixture
def ivan(settings: Settings, tmp_path: Path) -> Lead:
    settings.DATA_DIR, settings.PUBLIC_URL = tmp_path, "https://curator.example"
    partner = make_partner("anna", name="Анна", telegram_id=777)
    make_bot(partner)
    write(DELIVERY, "Доставка")
    return make_lead(partner, first_name="Иван")


def uses(partner: Partner) -> list[AiUse]:
    with tenancy.partner(partner.pk):
        return list(AiUse.objects.order_by("pk"))


def spent(partner: Partner) -> Decimal:
    return sum((use.roubles for use in uses(partner)), Decimal(0))


def asked_once(lead: Lead) -> tuple[Question, str]:
    """The question's row and all that the person reads."""
    asks(lead, "Сколько идёт доставка?")
    assert answer_all(lead.partner) == 1
    [question], [text] = questions(lead.partner), said(lead.partner)
    assert fault(text) is None
    return question, text


def think_again(partner: Partner) -> None:
    """As if the process had died after the model's answer and before the reply."""
    with tenancy.all_partners():
        Question.objects.update(state=State.THINKING)
        assert due_partners() == [partner.pk]
    assert answer_all(partner) == 1


@dataclass(frozen=True)
class Failure:
    """`prepare` makes the account and breaks the cloud; `paid`: it was, or may have been, charged."""

    trouble: Trouble
    prepare: Callable[[Standin, Partner], None]
    paid: bool = UNPAID
    calls: int = 1  # of the model


def completion_fails(*faults: Fault) -> Callable[[Standin, Partner], None]:
    def prepare(cloud: Standin, partner: Partner) -> None:
        api_key_account(partner)
        cloud.fail("completion", *faults)

    return prepare


def says(text: str) -> Callable[[Standin, Partner], None]:
    def prepare(cloud: Standin, partner: Partner) -> None:
        api_key_account(partner)
        cloud.cloud = Saying(says=text)

    return prepare


def account(make: Callable[..., None] = api_key_account, **fields: object) -> Callable[[Standin, Partner], None]:
    return lambda _cloud, partner: make(partner, **fields)


def token_is_refused_again(cloud: Standin, partner: Partner) -> None:
    service_account(partner)
    cloud.fail("completion", Fault.EXPIRED, Fault.EXPIRED)


def tokens_are_not_made(cloud: Standin, partner: Partner) -> None:
    service_account(partner)
    cloud.always["iam"] = Fault.DOWN


def budget_is_exhausted(_cloud: Standin, partner: Partner) -> None:
    api_key_account(partner)
    with tenancy.all_partners():
        Partner.objects.update(ai_daily_cap=Decimal("0.01"))


FAILURES = {
    "down": Failure(Trouble.DOWN, completion_fails(*[Fault.DOWN] * 3), calls=3),
    "slow": Failure(Trouble.SLOW, completion_fails(Fault.SLOW), PAID),
    "connection cut": Failure(Trouble.SLOW, completion_fails(Fault.CUT), PAID),
    "429": Failure(Trouble.QUOTA, completion_fails(*[Fault.QUOTA] * 3), calls=3),
    "truncated in its first sentence": Failure(Trouble.TRUNCATED, completion_fails(Fault.CUT_WORD), PAID),
    "content filter": Failure(Trouble.FILTERED, completion_fails(Fault.FILTERED), PAID),
    "nonsense": Failure(Trouble.NONSENSE, completion_fails(Fault.NONSENSE), PAID),
    "wrong role": Failure(Trouble.FORBIDDEN, completion_fails(Fault.NO_ROLE)),
    "billing": Failure(Trouble.BILLING, completion_fails(Fault.BILLING)),
    "token expired and expired again": Failure(Trouble.WRONG_KEY, token_is_refused_again, calls=2),
    "tokens are not made": Failure(Trouble.DOWN, tokens_are_not_made, calls=0),
    "wrong key": Failure(Trouble.WRONG_KEY, account(api_key=Secret("AQVNanother-key"))),
    "wrong key file": Failure(
        Trouble.BAD_KEY_FILE, account(service_account, private_key=Secret("-----BEGIN nothing")), calls=0
    ),
    "wrong folder": Failure(Trouble.WRONG_FOLDER, account(folder_id="b1ganother")),
    "wrong model": Failure(Trouble.NO_MODEL, account(model="unknown/latest")),
    "budget": Failure(Trouble.BUDGET, budget_is_exhausted, calls=0),
    "a foreign link": Failure(Trouble.CONTACT, says("Доставка на https://evil.example"), PAID),
    "a cure": Failure(Trouble.CLAIM, says("Коллаген вылечит артроз."), PAID),
    "a strange figure": Failure(Trouble.FIGURE, says("Доставка стоит 777 ₽."), PAID),
    "an empty answer": Failure(Trouble.NONSENSE, says(""), PAID),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_person_is_answered_and_the_operator_sees_why(cloud: Standin, ivan: Lead, failure: Failure) -> None:
    failure.prepare(cloud, ivan.partner)
    with override_settings(AI_READ_TIMEOUT=0.3 if failure.trouble == Trouble.SLOW else 5):
        question, text = asked_once(ivan)
        assert QUOTED in text
        assert [title["title"] for title in question.sources] == ["Доставка"]
        assert (question.state, question.reason, question.provider) == (State.ANSWERED, "", EXTRACTIVE)
        assert question.falls == [f"yandex: {failure.trouble}"]
        assert len(cloud.asked("completion")) == failure.calls
        [use] = uses(ivan.partner)
        assert (use.trouble, use.sentence) == (failure.trouble, str(SENTENCES[failure.trouble]))
        assert question.roubles == use.roubles
        assert (use.roubles > 0) == failure.paid
        if failure.paid:
            think_again(ivan.partner)
            assert len(cloud.asked("completion")) == failure.calls
            assert spent(ivan.partner) == use.roubles
            assert said(ivan.partner) == [text]


def test_a_model_that_answers_is_paid_once_and_its_reply_is_sent_once(cloud: Standin, ivan: Lead) -> None:
    api_key_account(ivan.partner)
    question, text = asked_once(ivan)
    assert (question.provider, question.model, question.falls) == ("yandex", "yandexgpt-lite/latest", [])
    assert question.roubles == spent(ivan.partner) > 0
    think_again(ivan.partner)
    assert len(cloud.asked("completion")) == 1
    assert spent(ivan.partner) == question.roubles
    assert said(ivan.partner) == [text]
    [again] = questions(ivan.partner)
    assert (again.provider, again.falls) == (EXTRACTIVE, ["yandex: asked_before"])


def test_a_truncated_answer_ends_with_a_whole_sentence(cloud: Standin, ivan: Lead) -> None:
    api_key_account(ivan.partner)
    cloud.fail("completion", Fault.TRUNCATED)
    question, text = asked_once(ivan)
    assert text.startswith("Первое предложение целое.\n\n")
    assert (question.provider, question.falls) == ("yandex", [])


def test_an_expired_token_is_not_noticed(cloud: Standin, ivan: Lead) -> None:
    service_account(ivan.partner)
    cloud.fail("completion", Fault.EXPIRED)
    question, text = asked_once(ivan)
    assert QUOTED in text
    assert (question.provider, question.falls) == ("yandex", [])
    assert [use.state for use in uses(ivan.partner)] == ["charged"]


# -- what leaves -----------------------------------------------------------------------------------------------------

PERSONAL = ("Пётр", "Петр", "Кузнецов", "Марья", "Марьи", "kuz_petr", "916", "123-45-67", "1234567", "petr@")


@pytest.mark.parametrize(
    "typed",
    [
        "Меня зовут Пётр Кузнецов, +7 916 123-45-67. Сколько идёт доставка?",
        "Сколько идёт доставка? Ответьте Петру Кузнецову, 8(916)123 45 67",
        "сколько идёт доставка? пишите @kuz_petr или petr@mail.example",
        "Пётр спрашивает: сколько идёт доставка до Марьи Кузнецовой?",
    ],
)
def test_nothing_personal_leaves(cloud: Standin, settings: Settings, ivan: Lead, typed: str) -> None:
    api_key_account(ivan.partner)
    petr = make_lead(ivan.partner, first_name="Пётр", last_name="Кузнецов", username="kuz_petr")
    asks(petr, typed, "А сколько стоит доставка?")  # the second one takes the first one along
    answer_all(ivan.partner)
    assert [question.provider for question in questions(ivan.partner)] == ["yandex", "yandex"]
    for call in cloud.calls:
        assert call.headers["x-data-logging-enabled"] == "false"
        assert [word for word in PERSONAL if word.casefold() in str(call.body).casefold()] == []
    assert len(cloud.asked("completion")) == 2
    assert "assistant" in [message["role"] for message in cloud.asked("completion")[1].body["messages"]]
