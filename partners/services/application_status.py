"""What became of an application: for its applicant and, with more words, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from partners import clock, tenancy
from partners.health import health_of
from partners.models import Application, Bot
from partners.queries import FleetRow
from partners.services.bots import is_as_wanted


@dataclass(frozen=True, slots=True)
class Status:
    application: Application
    bot: Bot | None
    row: FleetRow | None

    @property
    def is_live(self) -> bool:
        """The bot answers people."""
        if self.bot is None or self.bot.wanted == Bot.Wanted.STOPPED:
            return False
        return is_as_wanted(self.bot, now=clock.now())

    @property
    def points(self) -> list[dict[str, Any]]:
        return [*self.row.tests, *self.row.topics] if self.row else []

    @property
    def is_awaited(self) -> bool:
        """Whether asking again in a moment may tell something new."""
        if self.bot is None:
            return False
        tested = self.bot.self_test_at is not None and not (self.row and self.row.test_is_awaited)
        return not tested or self.bot.topics_wanted_at is not None or not self.is_live


def status_of(application: Application) -> Status:
    """Opens the door of the partner that was made; call it behind none."""
    if application.partner_key is None:
        return Status(application, None, None)
    with tenancy.partner(application.partner_key):
        return status_behind_the_door(application)


def status_behind_the_door(application: Application) -> Status:
    bots = Bot.objects.select_related("partner").defer("token")
    bot = bots.filter(partner_id=application.partner_key or 0).first()
    row = FleetRow(bot, health_of(bot, None, clock.now())) if bot else None
    return Status(application, bot, row)
