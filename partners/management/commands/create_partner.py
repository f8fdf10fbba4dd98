from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from partners import clock, tenancy
from partners.management.problems import at_its_line, describe
from partners.models import Bot, Partner
from partners.onboarding.config import PartnerConfig
from partners.onboarding.files import read_file
from partners.onboarding.interview import Interviewer, Question, summary
from partners.services.bots import telegram_id_of
from partners.services.partners import Saved, SaveRefused, save_partner
from partners.strict_yaml import MAX_BYTES, FileError, Lines
from partners.yaml_model import checked, read_model


class Command(BaseCommand):
    help = "Create a partner with a bot: asked in the terminal, or from one YAML file."
    ask: Callable[[str], str] = staticmethod(input)
    ask_hidden: Callable[[str], str] = staticmethod(getpass)
    is_terminal: Callable[[], bool] = staticmethod(lambda: sys.stdin.isatty())

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--interactive", action="store_true", help=_("ask in the terminal"))
        source.add_argument("--config", type=Path, metavar="FILE", help=_("one YAML file, see docs/partners.md"))
        parser.add_argument("--dry-run", action="store_true", help=_("check and show, create nothing"))

    def handle(self, *args: Any, config: Path | None, dry_run: bool, **options: Any) -> None:
        try:
            told, lines = read_config(config) if config else self.interview()
            self.stdout.write("\n".join(summary(told)))
            if config is None and not dry_run and not self.interviewer().confirms(_("Create this partner?")):
                raise CommandError(_("Nothing was created."))
            try:
                saved = create(told, clock.now(), dry_run=dry_run)
            except SaveRefused as refused:
                raise at_its_line(refused, lines) from None
        except FileError as error:
            raise CommandError(describe(error)) from None
        except (EOFError, KeyboardInterrupt):
            raise CommandError(_("Nothing was created.")) from None
        self.stdout.write(report(saved, dry_run, has_bot=bool(told.telegram.bot_token)))

    def interview(self) -> tuple[PartnerConfig, Lines]:
        if not self.is_terminal():
            raise CommandError(_("--interactive needs a terminal. Use --config FILE instead."))
        lines = Lines(_("answers"), {})
        return checked(self.interviewer().answers(), lines, PartnerConfig), lines

    def interviewer(self) -> Interviewer:
        return Interviewer(ask=self.ask, ask_hidden=self.ask_hidden, say=self.stderr.write, taken=taken)


def read_config(file: Path) -> tuple[PartnerConfig, Lines]:
    return read_model(read_file(file, max_bytes=MAX_BYTES), str(file), PartnerConfig)


def create(config: PartnerConfig, now: datetime, *, dry_run: bool) -> Saved:
    """A dry run does everything and takes it back."""
    with tenancy.all_partners():
        if Partner.objects.filter(slug=config.partner.id).exists():
            raise SaveRefused(("partner", "id"), _exists())
        saved = save_partner(config=config, now=now)
        if dry_run:
            transaction.set_rollback(True)
        return saved


def taken(question: Question, value: Any) -> str:
    with tenancy.all_partners():
        if question.key == "id" and Partner.objects.filter(slug=value).exists():
            return _exists()
        if question.key == "bot_token" and Bot.objects.filter(telegram_id=telegram_id_of(value)).exists():
            return _("This token belongs to a bot of another partner. Make a new bot in @BotFather.")
    return ""


def report(saved: Saved, dry_run: bool, *, has_bot: bool) -> str:
    values = {"id": saved.partner.slug}
    if dry_run:
        return _("%(id)s would be created. Nothing was saved.") % values
    if not has_bot:
        return _("%(id)s: created, without a bot: give it a token with import_partner.") % values
    return _("%(id)s: created. A running runbots starts the bot within seconds.") % values


def _exists() -> str:
    return _("This partner exists already. To change it use import_partner or the control panel.")
