from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from partners import clock, tenancy
from partners.management.commands.import_partner import import_folder
from partners.management.commands.manage_partners import look
from partners.management.problems import describe
from partners.management.tables import one_line
from partners.management.waiting import POLL, wait_until_settled
from partners.models import Application, Bot
from partners.onboarding.answers import slug_of
from partners.services import applications, bots
from partners.strict_yaml import FileError
from partners.templatetags.panel import redacted


class Command(BaseCommand):
    help = "Put a partner live: make the partner if need be, start the bot, wait until it answers, print the self-test."
    now: Callable[[], datetime] = staticmethod(clock.now)
    sleep: Callable[[float], object] = staticmethod(time.sleep)

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("id", nargs="?", metavar="ID", help=_("a partner that is there already"))
        source.add_argument("--config", type=Path, metavar="DIR", help=_("a folder with .env and config.yaml"))
        source.add_argument("--application", type=int, metavar="N", help=_("approve this application"))
        parser.add_argument("--timeout", type=float, default=60, help=_("seconds to wait (default 60)"))

    def handle(self, *args: Any, config: Path | None, application: int | None, timeout: float, **options: Any) -> None:
        started = self.now()
        if config is not None:
            slug = from_folder(config, started)
        elif application is not None:
            slug = from_application(application, started)
        else:
            slug = options["id"]
        bot = wish(slug, started)
        self.wait_for_bot(bot, timeout)
        points = self.wait_for_test(bot, started, timeout)
        for point in points:
            mark, advice = ("✅", "") if point.get("ok") else ("❌", f" — {point.get('advice', '')}")
            self.stdout.write(redacted(f"{mark} {one_line(str(point.get('title', '')), 120)}{advice}"))
        seconds = f"{(self.now() - started).total_seconds():.0f}"
        self.stdout.write(_("%(id)s answers as %(bot)s after %(n)s s.") % {"id": slug, "bot": bot, "n": seconds})
        if not all(point.get("ok") for point in points):
            raise CommandError(_("The bot runs, but the self-test found something: see above."))

    def wait_for_bot(self, bot: Bot, timeout: float) -> None:
        outcome = wait_until_settled(
            look=lambda: look([bot.pk], self.now()),
            now=self.now,
            sleep=self.sleep,
            timeout=timeout,
            tell=lambda settled: self.stdout.write(f"{settled}: {settled.get_state_display()}"),
        )
        if not outcome.open:
            return
        error = redacted(one_line(outcome.open[0].last_error, 500))
        if outcome.runner_is_alive:
            raise CommandError(_("The bot does not answer. %(error)s") % {"error": error})
        raise CommandError(_("No runbots is running. The wish is stored; start it with: manage.py runbots"))

    def wait_for_test(self, bot: Bot, since: datetime, timeout: float) -> list[dict[str, Any]]:
        end = self.now() + timedelta(seconds=timeout)
        while True:
            with tenancy.all_partners():
                bot.refresh_from_db()
            if bot.self_test_at is not None and bot.self_test_at >= since:
                return list(bot.self_test or [])
            if self.now() >= end:
                raise CommandError(_("The bot answers, but the self-test has not come in time."))
            self.sleep(POLL)


def from_folder(folder: Path, now: datetime) -> str:
    try:
        return import_folder(folder, now).partner.slug
    except FileError as error:
        raise CommandError(describe(error)) from None


def from_application(number: int, now: datetime) -> str:
    with tenancy.all_partners():
        row = Application.objects.filter(pk=number).first()
        if row is None:
            raise CommandError(_("There is no application %(n)s.") % {"n": number})
        try:
            return applications.approve(application_id=number, slug=slug_of(row), by=None, now=now).slug
        except applications.Refused as refused:
            raise CommandError(str(refused)) from None


def wish(slug: str, now: datetime) -> Bot:
    """The bot runs and is tested. Raises CommandError for a partner who is not there or has no bot."""
    with tenancy.all_partners():
        bot = Bot.objects.defer("token").filter(partner__slug=slug).first()
        if bot is None:
            raise CommandError(_("There is no partner %(id)s with a bot. See: manage_partners list") % {"id": slug})
        bots.want_running(bot=bot, now=now)
        bots.ask_self_test(bot=bot, now=now)
    return bot
