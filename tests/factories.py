"""Rows for tests. Each opens the door to all partners for itself, so call them outside any door."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from partners import tenancy
from partners.fields import Secret
from partners.models import Bot, Consent, Lead, Link, Partner
from tests import canary

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_number = count(1)


def token_of(number: int) -> str:
    """A well-formed token that no bot has."""
    return f"{7_000_000_000 + number}:AAFtest{number:0>28}"


def make_partner(slug: str = "", **fields: Any) -> Partner:
    number = next(_number)
    slug = slug or f"partner{number}"
    values = {
        "name": f"Партнёр {number}",
        "shop_link": f"https://{slug}.example/shop",
        "registration_link": f"https://{slug}.example/join",
        "created_at": NOW,
    }
    with tenancy.all_partners():
        return Partner.objects.create(slug=slug, **values | fields)


def make_bot(partner: Partner | None = None, **fields: Any) -> Bot:
    partner = partner or make_partner()
    number = next(_number)
    token = Secret(canary.secret(fields.pop("token", token_of(number))))
    values = {"telegram_id": int(token.reveal().partition(":")[0]), "username": f"test{number}_bot"}
    with tenancy.all_partners():
        return Bot.objects.create(partner=partner, token=token, **values | fields)


def make_link(partner: Partner, **fields: Any) -> Link:
    values = {"code": f"link{next(_number)}", "created_at": NOW}
    with tenancy.all_partners():
        return Link.objects.create(partner=partner, **values | fields)


def make_lead(partner: Partner, **fields: Any) -> Lead:
    number = next(_number)
    values = {
        "telegram_id": 100_000 + number,
        "first_name": f"Лид {number}",
        "created_at": NOW,
        "last_seen_at": NOW,
    }
    canary.phone(str(fields.get("phone", "")))
    with tenancy.all_partners():
        return Lead.objects.create(partner=partner, **values | fields)


def make_consent(lead: Lead, kind: str = Consent.Kind.OFFERS, **fields: Any) -> Consent:
    values = {"text_version": 1, "given_at": NOW}
    with tenancy.all_partners():
        return Consent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, **values | fields)
