from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from partners import clock, tenancy
from partners.management.problems import at_its_line, describe
from partners.onboarding.folders import read_folder
from partners.services.partners import Saved, SaveRefused, save_partner
from partners.strict_yaml import FileError


class Command(BaseCommand):
    help = "Create or change partners from folders with .env and config.yaml."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")

    def handle(self, *args: Any, folders: list[Path], **options: Any) -> None:
        bad = 0
        for folder in folders:
            try:
                self.stdout.write(report(import_folder(folder, clock.now())))
            except FileError as error:
                bad += 1
                self.stderr.write(describe(error))
        if bad:
            values = {"bad": bad, "all": len(folders)}
            raise CommandError(_("Not imported: %(bad)s of %(all)s. Nothing of them was saved.") % values)


def import_folder(folder: Path, now: datetime) -> Saved:
    """All of the partner or nothing. Raises FileError."""
    config, lines = read_folder(folder)
    try:
        with tenancy.all_partners():
            return save_partner(config=config, now=now)
    except SaveRefused as refused:
        raise at_its_line(refused, lines) from None


def report(saved: Saved) -> str:
    if saved.created:
        return _("%(id)s: created") % {"id": saved.partner.slug}
    if not saved.changed:
        return _("%(id)s: unchanged") % {"id": saved.partner.slug}
    return _("%(id)s: changed %(keys)s") % {"id": saved.partner.slug, "keys": ", ".join(saved.changed)}
