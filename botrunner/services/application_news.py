"""What operators are told of applications: who has sent one in, once for each time it was sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from botrunner.services import operator_news
from content.outbox.words import APPLICATIONS
from partners.application_texts import news_of
from partners.models import Application


def _rows() -> QuerySet[Application]:
    """What somebody has decided before it could be told is no news. No keys: they are not read."""
    return Application.objects.filter(state=Application.State.SUBMITTED).defer("token", "private_key", "api_key")


def _letters(applications: Sequence[Application]) -> list[tuple[list[int], str]]:
    return [([place], _letter(application)) for place, application in enumerate(applications)]


def _letter(application: Application) -> str:
    address = reverse("admin:partners_application_change", args=[application.pk])
    # The note of whoever asked to correct it stays until the decision.
    return news_of(application.answers, corrected=bool(application.note), url=f"{settings.PUBLIC_URL}{address}")


def _key(application: Application) -> str:
    assert application.submitted_at is not None  # it waits for a decision
    return f"application:{application.pk}:{application.submitted_at.timestamp():.0f}"


NEWS = operator_news.News(APPLICATIONS, _rows, _key, _letters)
