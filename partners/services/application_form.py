"""What an applicant does: starts, answers as they go, sends. Behind the door of their own application."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from partners import tenancy
from partners.fields import Secret
from partners.models import Application
from partners.onboarding.answers import Problems, problems_of
from partners.onboarding.sections import CONSENT_VERSIONS, QUESTIONS, YES

LIFE = timedelta(days=30)  # of a link, from the last change on
LONGEST = 20_000  # characters of an answer that are stored, so that a story that is too long can be shortened


class Incomplete(ValueError):
    def __init__(self, problems: Problems) -> None:
        super().__init__("incomplete")
        self.problems = problems


class Closed(RuntimeError):
    """The application was sent or decided meanwhile."""


@dataclass(frozen=True, slots=True)
class Started:
    application: Application
    link: str  # is shown to the applicant and stored nowhere

    def __repr__(self) -> str:
        return f"Started({self.application.pk})"


def new_link() -> str:
    return secrets.token_urlsafe(16)


def key_of(link: str) -> UUID:
    return UUID(bytes=hashlib.sha256(link.encode("utf-8", "replace")).digest()[:16])


def start(*, now: datetime) -> Started:
    """Opens the door itself: until now there was nothing behind it."""
    link = new_link()
    key = key_of(link)
    with tenancy.application(key):
        facts = {"answers": {"time_zone": "Europe/Moscow", "country": "RU", "make_topics": YES}}
        application = Application.objects.create(
            link_key=key, started_at=now, changed_at=now, expires_at=now + LIFE, **facts
        )
    return Started(application, link)


def find(*, key: UUID, now: datetime) -> Application | None:
    """None for a link that never was, and for one that has expired."""
    return Application.objects.filter(link_key=key, expires_at__gt=now).first()


def save(
    *,
    key: UUID,
    answers: Mapping[str, str],
    secrets: Mapping[str, Secret],
    now: datetime,
    bot_username: str = "",
) -> Application:
    """Right or wrong, as typed. An empty secret clears the stored one. Raises Closed."""
    with transaction.atomic():
        application = Application.objects.select_for_update().get(link_key=key)
        if not application.is_open:
            raise Closed
        told = {name: clean(value) for name, value in answers.items() if name in QUESTIONS}
        application.answers = application.answers | told
        _agree(application, told, now)
        for name, secret in secrets.items():
            setattr(application, name, secret)
        if "token" in secrets:
            application.bot_username = bot_username
        application.changed_at, application.expires_at = now, now + LIFE
        application.save()
    return application


def submit(*, key: UUID, now: datetime) -> Application:
    """Raises Incomplete, Closed."""
    with transaction.atomic():
        application = Application.objects.select_for_update().get(link_key=key)
        if not application.is_open:
            raise Closed
        if problems := problems_of(application):
            raise Incomplete(problems)
        application.state = Application.State.SUBMITTED
        application.submitted_at = application.changed_at = now
        application.expires_at = now + LIFE
        application.telegram = application.mail = Application.Telling.WAITING  # a tick tells operators of it
        application.mail_tries = 0
        application.save()
    return application


def clean(text: str) -> str:
    """Without what PostgreSQL cannot store."""
    return text[:LONGEST].replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _agree(application: Application, told: Mapping[str, str], now: datetime) -> None:
    for name in CONSENT_VERSIONS.keys() & told.keys():
        given = application.consents.get(name, {})
        if told[name] != YES:
            application.consents.pop(name, None)
        elif given.get("version") != CONSENT_VERSIONS[name]:
            application.consents[name] = {"version": CONSENT_VERSIONS[name], "at": now.isoformat()}
