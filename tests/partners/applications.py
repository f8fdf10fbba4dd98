"""Applications for tests, filled in the way the form does it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from partners import tenancy
from partners.fields import Secret
from partners.models import Application
from partners.onboarding.sections import QUESTIONS, SECRETS, YES
from partners.services import application_form
from partners.services.application_form import Started
from tests.factories import token_of

TOKEN = token_of(900_001)
ANSWERS = {
    "name": "Анна Соколова",
    "contact": "@anna_sokolova",
    "phone": "+7 916 123-45-67",
    "country": "RU",
    "time_zone": "Europe/Moscow",
    "bot_username": "anna_join_bot",
    "display_name": "Помощник Анны",
    "nl_partner_id": "007-100-01",
    "shop_link": "https://anna.example/shop",
    "registration_link": "https://anna.example/join",
    "specialization": "weight",
    "style": "ty",
    "story": "Живу в Туле.",
    "consent_data": YES,
    "consent_rules": YES,
}


def make_application(*, submitted: bool = True, token: str = TOKEN, **answers: str) -> Started:
    """A good one; `answers` instead of its own, None-like empty ones too."""
    now = timezone.now()
    started = application_form.start(now=now)
    told = dict.fromkeys(QUESTIONS.keys() - set(SECRETS) - {"key_file"}, "") | ANSWERS | answers
    key = started.application.link_key
    with tenancy.application(key):
        values: dict[str, Any] = {"secrets": {"token": Secret(token)}, "bot_username": "anna_join_bot", "now": now}
        started.application.__dict__.update(application_form.save(key=key, answers=told, **values).__dict__)
        if submitted:
            started.application.__dict__.update(application_form.submit(key=key, now=now).__dict__)
    return started


def stored(started: Started) -> Application:
    with tenancy.all_partners():
        return Application.objects.get(pk=started.application.pk)
