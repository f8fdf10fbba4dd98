"""The budget for AI runs out: partner and operators hear it once at each mark; the bot goes on answering."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from content.ai.chain import EXTRACTIVE
from content.ai.standin import Standin
from content.models import AiUse, OutboxMessage
from content.services.posts import drafts, drawing, ordering
from content.services.posts.writing import write_next
from partners import tenancy
from partners.models import Lead, Partner, YandexAccount
from tests.content.stored_posts import make_post
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.funnels.curator import DELIVERY, answer_all, asks, questions, write
from tests.yandex import api_key_account, running_cloud

pytestmark = pytest.mark.django_db

PARTNER, HELPER, OPERATORS = 777, 778, [11, 12]
CAP = Decimal(100)


@pytest.fixture
def cloud() -> Iterator[Standin]:
    with running_cloud() as standin:
        yield standin


@pytest.fixture
def lead(settings: Settings, tmp_path: Path, cloud: Standin) -> Lead:
    settings.DATA_DIR, settings.OPERATOR_TELEGRAM_IDS = tmp_path, OPERATORS
    partner = make_partner(
        "anna", name="Анна <b>", telegram_id=PARTNER, admin_telegram_ids=[HELPER], ai_daily_cap=CAP, ai_monthly_cap=CAP
    )
    make_bot(partner)
    write(DELIVERY, "Доставка")
    api_key_account(partner)
    return make_lead(partner)


def spend(partner: Partner, roubles: str) -> None:
    """As if earlier questions had cost so much."""
    with tenancy.all_partners():
        AiUse.objects.create(
            partner=partner, account="a", request_key=roubles, day=NOW.date(), at=NOW, expires_at=NOW,
            purpose=AiUse.Purpose.ANSWER, provider="yandex", model="m", roubles=Decimal(roubles), state="charged",
        )  # fmt: skip


def ask(lead: Lead, now_later: timedelta = timedelta()) -> str:
    """Who answered."""
    asks(lead, "Сколько идёт доставка?", now=NOW + now_later)
    answer_all(lead.partner, NOW + now_later)
    return questions(lead.partner)[-1].provider


def heard(partner: Partner) -> list[tuple[int, str]]:
    with tenancy.partner(partner.pk):
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.ALERT).order_by("chat_id", "pk")
        return [(row.chat_id, row.payload["text"].split(":")[0]) for row in rows]


def test_below_the_first_mark_nobody_is_disturbed(lead: Lead) -> None:
    spend(lead.partner, "79")
    assert ask(lead) == "yandex"
    assert heard(lead.partner) == []


def test_four_fifths_are_said_once_and_the_model_goes_on(lead: Lead) -> None:
    spend(lead.partner, "80")
    assert [ask(lead), ask(lead)] == ["yandex", "yandex"]
    assert heard(lead.partner) == [(reader, "🔋 <b>Анна &lt;b&gt;") for reader in (*OPERATORS, PARTNER, HELPER)]


def test_the_end_is_said_once_and_the_documents_are_quoted_from_then_on(lead: Lead, cloud: Standin) -> None:
    spend(lead.partner, "99.999")
    assert [ask(lead), ask(lead)] == [EXTRACTIVE, EXTRACTIVE]
    assert cloud.calls == []
    assert heard(lead.partner) == [(reader, "🪫 <b>Анна &lt;b&gt;") for reader in (*OPERATORS, PARTNER, HELPER)]
    assert [question.falls for question in questions(lead.partner)] == [["yandex: budget"]] * 2


def test_after_the_first_mark_the_end_is_said_too(lead: Lead) -> None:
    spend(lead.partner, "80")
    ask(lead)
    spend(lead.partner, "19.9")
    assert ask(lead) == EXTRACTIVE
    assert [text[0] for chat, text in heard(lead.partner) if chat == PARTNER] == ["🔋", "🪫"]


def test_the_next_month_has_a_budget_of_its_own(lead: Lead) -> None:
    spend(lead.partner, "100")
    assert ask(lead) == EXTRACTIVE
    assert ask(lead, timedelta(days=31)) == "yandex"


def test_what_is_said_names_the_sums(lead: Lead) -> None:
    spend(lead.partner, "100")
    ask(lead)
    with tenancy.partner(lead.partner_id):
        text = OutboxMessage.objects.get(chat_id=PARTNER, lane=OutboxMessage.Lane.ALERT).payload["text"]
    assert text.replace("\u202f", " ").count("100 ₽") == 2


def test_a_post_tells_it_like_an_answer_and_is_written_without_a_model(lead: Lead, cloud: Standin) -> None:
    partner = lead.partner
    spend(partner, "99.999")
    with tenancy.partner(partner.pk):
        drafts.order(partner_id=partner.pk, kind="motivation", by="Анна", now=NOW)
    assert write_next(partner_id=partner.pk, clock=lambda: NOW)
    assert cloud.calls == []
    told = [(reader, "🪫 <b>Анна &lt;b&gt;") for reader in (*OPERATORS, PARTNER, HELPER)]
    assert heard(partner) == told
    assert ask(lead) == EXTRACTIVE
    assert heard(partner) == told


def test_a_picture_that_the_budget_does_not_allow_tells_it_too(lead: Lead, cloud: Standin) -> None:
    partner = lead.partner
    with tenancy.all_partners():
        YandexAccount.objects.update(art_enabled=True)
    spend(partner, "99.999")
    post = make_post(partner)
    with tenancy.partner(partner.pk):
        order = ordering.order(post_id=post.pk, now=NOW)
    drawing.draw(partner_id=partner.pk, order_id=order.pk, clock=lambda: NOW)
    assert cloud.calls == []
    assert heard(partner) == [(reader, "🪫 <b>Анна &lt;b&gt;") for reader in (*OPERATORS, PARTNER, HELPER)]
