"""What operators decide about an application. Behind their door to all partners."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from partners.fields import Secret
from partners.models import Application, Bot, Partner
from partners.onboarding.answers import config_of, problems_of
from partners.onboarding.sections import QUESTIONS, SECRETS, YES
from partners.services import bots
from partners.services.application_form import LIFE, key_of, new_link
from partners.services.partners import SaveRefused, save_partner
from partners.strict_yaml import FileError

State = Application.State


class Refused(ValueError):
    """A sentence for the operator: what stands in the way."""


def approve(*, application_id: int, slug: str, by: AbstractBaseUser | None, now: datetime) -> Partner:
    """Makes partner, bot, cloud account and links of it; `runbots` starts the bot, tests it and makes the topics.

    The keys move to the bot and the account: the application forgets them. Raises Refused; then nothing was made.
    """
    with transaction.atomic():
        application = _undecided(application_id)
        for name, problem in problems_of(application).items():
            raise Refused(f"{QUESTIONS[name].label}: {problem}")
        if Partner.objects.filter(slug=slug).exists():
            raise Refused(_("This partner id is taken: choose another one."))
        try:
            partner = save_partner(config=config_of(application, slug=slug), now=now).partner
        except (SaveRefused, FileError) as error:
            raise Refused(_sentence(error)) from None
        bot = Bot.objects.get(partner=partner)
        bots.ask_self_test(bot=bot, now=now)
        if partner.group_id and application.answers.get("make_topics") == YES:
            bots.ask_topics(bot=bot, now=now)
        application.partner_key, application.note = partner.pk, ""
        _decide(application, State.APPROVED, by, now)
    return partner


def reject(*, application_id: int, reason: str, by: AbstractBaseUser | None, now: datetime) -> None:
    """The applicant sees the reason under their link; their keys are forgotten. Raises Refused."""
    with transaction.atomic():
        application = _undecided(application_id)
        application.note = _said(reason)
        _decide(application, State.REJECTED, by, now)


def ask_to_correct(*, application_id: int, note: str, now: datetime) -> None:
    """The form opens again under the same link, with the note on top. Raises Refused."""
    with transaction.atomic():
        application = _undecided(application_id)
        application.note, application.state = _said(note), State.DRAFT
        application.changed_at, application.expires_at = now, now + LIFE
        application.save()


def replace_link(*, application_id: int, now: datetime) -> str:
    """The old link stops working. The new one is stored nowhere: it has to be shown now."""
    link = new_link()
    changes = {"link_key": key_of(link), "changed_at": now, "expires_at": now + LIFE}
    Application.objects.filter(pk=application_id).update(**changes)
    return link


def forget_expired(*, now: datetime) -> int:
    """How many were deleted: abandoned and rejected ones. An approved one is the proof of its consents."""
    expired = Application.objects.filter(expires_at__lte=now, state__in=(State.DRAFT, State.REJECTED))
    deleted, _by_model = expired.delete()
    return deleted


def _undecided(application_id: int) -> Application:
    application = Application.objects.select_for_update(of=("self",)).filter(pk=application_id).first()
    if application is None:
        raise Refused(_("This application is no longer there."))
    if application.state in (State.APPROVED, State.REJECTED):
        raise Refused(_("It is decided already: %(state)s.") % {"state": application.get_state_display()})
    return application


def _decide(application: Application, state: str, by: AbstractBaseUser | None, now: datetime) -> None:
    for name in SECRETS:
        setattr(application, name, Secret(""))
    application.state, application.decided_by_id = state, by.pk if by else None
    application.decided_at = application.changed_at = now
    application.expires_at = now + LIFE
    application.save()


def _said(text: str) -> str:
    words = text.strip()[:2_000]
    if not words:
        raise Refused(_("Write what is wrong and what to do: the applicant reads it."))
    return words


def _sentence(error: SaveRefused | FileError) -> str:
    if isinstance(error, FileError):
        return " ".join(problem.sentence for problem in error.problems)
    return str(error)
