"""Every failure of a provider: the person gets an answer, the operator the reason, and nothing is charged twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import override_settings

from content.ai.budget import Spending, Warned
from content.ai.chain import EXTRACTIVE, Reply, answer
from content.ai.embeddings import embed_document, embed_query, embedder_for
from content.ai.prompt import Persona, build_prompt
from content.ai.standin import Fault, Standin
from content.ai.troubles import SENTENCES, Trouble
from content.ai.types import Passage, Slot
from content.markup import fault
from content.models import AiAccount, AiUse
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.yandex import FOLDER, Saying, api_key_account, running_cloud, service_account

pytestmark = pytest.mark.django_db

PASSAGES = [Passage("Доставка", "Заказ привозят за 3–7 дней. Доставка от 5 000 ₽ бесплатна. Закажите в {shop_link}.")]
SLOTS = {"shop_link": Slot("https://curator.example/r/abc", "магазине")}
NETWORK = {"YANDEX_FOLDER_ID": FOLDER, "YANDEX_API_KEY": "network-key"}


@pytest.fixture
def cloud() -> Iterator[Standin]:
    with running_cloud() as standin:
        yield standin


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna")


def ask(partner: Partner, key: str = "q:1", hours: int = 0) -> Reply:
    question = "Сколько идёт доставка?"
    prompt = build_prompt(persona=Persona("Анна", "vy"), passages=PASSAGES, question=question)
    spending = Spending(partner.pk, key, AiUse.Purpose.ANSWER)
    now = NOW + timedelta(hours=hours)
    return answer(spending=spending, prompt=prompt, passages=PASSAGES, slots=SLOTS, now=lambda: now)


def uses(partner: Partner) -> list[AiUse]:
    with tenancy.partner(partner.pk):
        return list(AiUse.objects.order_by("pk"))


def spent(partner: Partner) -> Decimal:
    return sum((use.roubles for use in uses(partner)), Decimal(0))


def assert_sensible(reply: Reply) -> None:
    [message] = reply.messages
    assert fault(message) is None
    assert "3–7 дней" in message


def test_the_partners_own_provider_answers_and_is_paid_for(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    reply = ask(anna)
    assert_sensible(reply)
    assert (reply.outcome.provider, reply.outcome.falls) == ("yandex", ())
    [use] = uses(anna)
    assert (use.state, use.trouble, use.day, use.model) == ("charged", "", NOW.date(), "yandexgpt-lite")
    assert use.roubles == reply.outcome.roubles > 0
    [call] = cloud.asked("completion")
    assert call.headers["x-data-logging-enabled"] == "false"
    assert call.body["modelUri"] == f"gpt://{FOLDER}/yandexgpt-lite/latest"


def test_without_any_key_the_documents_are_quoted(anna: Partner) -> None:
    reply = ask(anna)
    assert_sensible(reply)
    assert reply.outcome.provider == EXTRACTIVE
    assert '<a href="https://curator.example/r/abc">магазине</a>' in reply.messages[0]
    assert uses(anna) == []


# What happens to the call, what the operator reads, how often it was asked, whether it counts.
FAILURES = [
    ([Fault.DOWN] * 3, Trouble.DOWN, 3, False),
    ([Fault.QUOTA] * 3, Trouble.QUOTA, 3, False),
    ([Fault.NO_ROLE], Trouble.FORBIDDEN, 1, False),
    ([Fault.BILLING], Trouble.BILLING, 1, False),
    ([Fault.EXPIRED], Trouble.WRONG_KEY, 1, False),
    ([Fault.CUT], Trouble.SLOW, 1, True),
    ([Fault.NONSENSE], Trouble.NONSENSE, 1, True),
    ([Fault.FILTERED], Trouble.FILTERED, 1, True),
    ([Fault.CUT_WORD], Trouble.TRUNCATED, 1, True),
]


@pytest.mark.parametrize(("faults", "trouble", "asked", "counts"), FAILURES, ids=[f"{one[1]}" for one in FAILURES])
def test_a_failure_falls_to_the_documents(
    cloud: Standin, anna: Partner, faults: list[Fault], trouble: Trouble, asked: int, counts: bool
) -> None:
    api_key_account(anna)
    cloud.fail("completion", *faults)
    reply = ask(anna)
    assert_sensible(reply)
    assert reply.outcome.provider == EXTRACTIVE
    assert [fall.trouble for fall in reply.outcome.falls] == [trouble]
    assert len(cloud.asked("completion")) == asked
    [use] = uses(anna)
    assert use.trouble == trouble
    assert use.sentence == reply.outcome.falls[0].sentence == str(SENTENCES[trouble])
    assert (use.roubles > 0) == counts
    assert reply.outcome.roubles == use.roubles


def test_a_slow_model_is_not_waited_for_and_not_asked_again(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    cloud.fail("completion", Fault.SLOW)
    with override_settings(AI_READ_TIMEOUT=0.2, **NETWORK):
        assert_sensible(ask(anna))
        assert_sensible(ask(anna))
    assert len(cloud.asked("completion")) == 1
    [use] = uses(anna)
    assert (use.state, use.trouble) == ("perhaps", "slow")


def test_a_fault_that_passes_is_not_noticed(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    cloud.fail("completion", Fault.DOWN, Fault.QUOTA)
    reply = ask(anna)
    assert (reply.outcome.provider, reply.outcome.falls) == ("yandex", ())
    assert len(cloud.asked("completion")) == 3
    assert [use.state for use in uses(anna)] == ["charged"]


@pytest.mark.parametrize(
    ("says", "trouble"),
    [
        ("Купите на https://evil.example", Trouble.CONTACT),
        ("Коллаген вылечит артроз.", Trouble.CLAIM),
        ("Доставка стоит 777 ₽.", Trouble.FIGURE),
        ("Delivery takes a week.", Trouble.LANGUAGE),
    ],
)
def test_what_may_not_be_said_is_paid_for_and_not_sent(
    cloud: Standin, anna: Partner, says: str, trouble: Trouble
) -> None:
    api_key_account(anna)
    cloud.cloud = Saying(says=says)
    with override_settings(**NETWORK):
        reply = ask(anna)
    assert_sensible(reply)
    assert reply.outcome.provider == EXTRACTIVE
    assert [fall.trouble for fall in reply.outcome.falls] == [trouble]
    assert len(cloud.asked("completion")) == 1
    [use] = uses(anna)
    assert (use.state, use.trouble) == ("charged", trouble)
    assert use.roubles == reply.outcome.roubles > 0


def test_a_truncated_answer_ends_with_a_whole_sentence(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    cloud.fail("completion", Fault.TRUNCATED)
    reply = ask(anna)
    assert reply.messages == ("Первое предложение целое.",)
    assert reply.outcome.falls == ()


def test_an_expired_token_is_renewed_once_and_the_person_notices_nothing(cloud: Standin, anna: Partner) -> None:
    service_account(anna)
    cloud.fail("completion", Fault.EXPIRED)
    reply = ask(anna)
    assert (reply.outcome.provider, reply.outcome.falls) == ("yandex", ())
    assert (len(cloud.asked("iam")), len(cloud.asked("completion"))) == (2, 2)
    assert [use.state for use in uses(anna)] == ["charged"]


def test_the_networks_account_stands_in_for_the_partners(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    cloud.cloud.api_keys |= {"network-key"}
    cloud.fail("completion", Fault.NO_ROLE)
    with override_settings(**NETWORK):
        reply = ask(anna)
    assert_sensible(reply)
    assert reply.outcome.provider == "yandex"
    assert [fall.trouble for fall in reply.outcome.falls] == [Trouble.FORBIDDEN]
    assert [(use.state, use.trouble) for use in uses(anna)] == [("failed", "forbidden"), ("charged", "")]
    assert uses(anna)[0].account != uses(anna)[1].account


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.FILTERED, Fault.NONSENSE])
def test_what_may_have_been_charged_is_not_asked_elsewhere(cloud: Standin, anna: Partner, fault: Fault) -> None:
    api_key_account(anna)
    cloud.fail("completion", fault)
    with override_settings(**NETWORK):
        assert ask(anna).outcome.provider == EXTRACTIVE
    assert len(cloud.asked("completion")) == 1


def test_the_same_question_is_paid_for_once(cloud: Standin, anna: Partner) -> None:
    """Also when the first time another account failed for nothing: it may work by now."""
    api_key_account(anna)
    cloud.cloud.api_keys |= {"network-key"}
    cloud.fail("completion", Fault.NO_ROLE)
    with override_settings(**NETWORK):
        ask(anna)
        paid = spent(anna)
        again = ask(anna, hours=2)
    assert_sensible(again)
    assert again.outcome.provider == EXTRACTIVE
    assert [fall.trouble for fall in again.outcome.falls] == [Trouble.ASKED_BEFORE]
    assert len(cloud.asked("completion")) == 2
    assert spent(anna) == paid


def test_a_question_that_was_not_charged_may_be_asked_again(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    cloud.fail("completion", Fault.NO_ROLE)
    ask(anna)
    with tenancy.all_partners():
        AiAccount.objects.update(rests_until=None)
    assert ask(anna).outcome.provider == "yandex"
    assert [use.state for use in uses(anna)] == ["charged"]


def test_an_exhausted_budget_quotes_the_documents_and_warns(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    with tenancy.all_partners():
        Partner.objects.update(ai_daily_cap=Decimal("0.01"))
    reply = ask(anna)
    assert_sensible(reply)
    assert cloud.calls == []
    assert [fall.trouble for fall in reply.outcome.falls] == [Trouble.BUDGET]
    assert reply.outcome.warned == Warned(
        "day", Decimal(0), Decimal("0.01"), True, "ai-budget:day:2026-03-02:exhausted"
    )
    assert [(use.state, use.trouble, use.roubles) for use in uses(anna)] == [("failed", "budget", Decimal(0))]


@pytest.mark.django_db(transaction=True)
def test_while_a_model_thinks_the_money_is_set_aside_for_all_to_see(anna: Partner) -> None:
    api_key_account(anna)

    def think() -> None:
        ask(anna)
        connection.close()

    thread = threading.Thread(target=think)
    with running_cloud() as cloud:
        cloud.fail("completion", Fault.SLOW)
        thread.start()
        assert cloud.waiting.wait(60)
        [use] = uses(anna)
        assert (use.state, use.roubles > 0) == ("reserved", True)
        twin = ask(anna)
        assert_sensible(twin)
        assert [fall.trouble for fall in twin.outcome.falls] == [Trouble.ASKED_BEFORE]
    thread.join(60)
    assert [use.state for use in uses(anna)] == ["perhaps"]


def test_behind_a_door_nothing_is_asked(cloud: Standin, anna: Partner) -> None:
    """Its transaction could roll back what the provider has charged."""
    api_key_account(anna)
    with tenancy.partner(anna.pk), pytest.raises(tenancy.DoorError):
        ask(anna)
    assert cloud.calls == []


def test_the_vector_of_a_question_is_paid_for_too(cloud: Standin, anna: Partner) -> None:
    def embed(key: str) -> tuple[float, ...] | None:
        spending = Spending(anna.pk, key, AiUse.Purpose.SEARCH)
        return embed_query(spending=spending, text="Сколько идёт доставка?", now=lambda: NOW)

    assert embed("1") is None
    api_key_account(anna)
    vector = embed("2")
    assert vector is not None
    assert len(vector) == 256
    cloud.fail("textEmbedding", Fault.NO_ROLE)
    assert embed("3") is None
    assert [(use.state, use.trouble, use.model) for use in uses(anna)] == [
        ("charged", "", "text-search-query"),
        ("failed", "forbidden", "text-search-query"),
    ]
    assert spent(anna) == Decimal("0.0001")


def test_documents_are_embedded_with_the_networks_account(cloud: Standin) -> None:
    assert embedder_for(None) is None
    cloud.cloud.api_keys |= {"network-key"}
    with override_settings(**NETWORK):
        embedder = embedder_for(None)
        assert embedder is not None
        assert len(embed_document(embedder, "Доставка", lambda: NOW)) == 256


def test_an_account_that_fails_is_left_alone_and_tried_again_later(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna)
    cloud.fail("completion", *[Fault.DOWN] * 9)
    for number in range(3):
        ask(anna, f"q:{number}")
    asked = len(cloud.asked("completion"))
    assert [fall.trouble for fall in ask(anna, "q:4").outcome.falls] == [Trouble.RESTING]
    assert len(cloud.asked("completion")) == asked == 9
    assert ask(anna, "q:5", hours=1).outcome.provider == "yandex"
    assert ask(anna, "q:6", hours=1).outcome.provider == "yandex"
