from __future__ import annotations

from datetime import timedelta

import pytest

from funnels.models import FunnelEvent
from funnels.services.presence import mark_blocked, mark_unblocked
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_lead, make_partner

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def kinds(partner: Partner) -> list[str]:
    with tenancy.partner(partner.pk):
        return list(FunnelEvent.objects.order_by("pk").values_list("kind", flat=True))


def block(partner: Partner, telegram_id: int, now: object = NOW) -> None:
    with tenancy.partner(partner.pk):
        mark_blocked(partner_id=partner.pk, telegram_id=telegram_id, now=NOW if now is NOW else LATER)


def test_each_change_is_one_event() -> None:
    partner = make_partner()
    lead = make_lead(partner)
    block(partner, lead.telegram_id)
    block(partner, lead.telegram_id, LATER)
    with tenancy.partner(partner.pk):
        assert Lead.objects.get().blocked_at == NOW
        for _time in range(2):
            mark_unblocked(partner_id=partner.pk, telegram_id=lead.telegram_id, now=LATER)
        assert Lead.objects.get().blocked_at is None
    assert kinds(partner) == ["bot_blocked", "bot_unblocked"]


def test_a_stranger_is_not_made_a_lead() -> None:
    partner = make_partner()
    block(partner, 404)
    with tenancy.partner(partner.pk):
        mark_unblocked(partner_id=partner.pk, telegram_id=404, now=NOW)
        assert not Lead.objects.exists()
    assert kinds(partner) == []


def test_the_same_person_with_another_partner_stays() -> None:
    partner, other = make_partner(), make_partner()
    for each in (partner, other):
        make_lead(each, telegram_id=77)
    block(partner, 77)
    with tenancy.partner(other.pk):
        assert Lead.objects.get().blocked_at is None
    assert kinds(other) == []
