from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from partners import clock, tenancy
from partners.management.problems import describe
from partners.models import AuditEntry, Partner
from partners.onboarding.config import PartnerConfig
from partners.onboarding.folders import write_folder
from partners.services.audit import record
from partners.services.partners import config_of
from partners.strict_yaml import FileError


class Command(BaseCommand):
    help = "Write a partner into a folder with .env (secrets, private) and config.yaml."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID")
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            write_folder(stored_config(options["id"]), folder)
        except FileError as error:
            raise CommandError(describe(error)) from None
        values = {"id": options["id"], "folder": folder}
        self.stdout.write(_("%(id)s: written to %(folder)s. .env holds secrets: keep it private.") % values)


def stored_config(slug: str) -> PartnerConfig:
    with tenancy.all_partners():
        partner = Partner.objects.filter(slug=slug).first()
        if partner is None:
            sentence = _("There is no partner %(ids)s. See: manage_partners list")
            raise CommandError(sentence % {"ids": slug})
        record(actor=None, action=AuditEntry.Action.EXPORT, about=partner, now=clock.now())
        return config_of(partner)
