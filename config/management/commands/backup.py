from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.backups import desk, shelf
from config.backups.errors import BackupError
from partners import clock


class Command(BaseCommand):
    help = "Back up the database and the media into a folder under BACKUP_DIR. 1: it has failed, nothing was left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help=_("only list what there is"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for name in shelf.names():
                self.stdout.write(name)
            return
        try:
            name, whole = desk.backup(now=clock.now(), say=self.stdout.write, by=_("the command line"))
        except BackupError as error:
            raise CommandError(str(error)) from None
        text = _(
            "%(name)s is whole: %(tables)s tables, %(rows)s rows, %(files)s files of media, "
            "%(mb).1f MB, %(seconds).1f s."
        )
        values = {"name": shelf.root() / name, "tables": len(whole.tables), "rows": whole.rows,
                  "files": whole.media_files, "mb": whole.bytes / 2**20, "seconds": whole.seconds}  # fmt: skip
        self.stdout.write(self.style.SUCCESS(text % values))
        self.stdout.write(
            _(
                "FIELD_ENCRYPTION_KEYS and SECRET_KEY are not in it, and without them no token can be read: "
                "keep .env elsewhere."
            )
        )
        if not settings.BACKUP_PUBLIC_KEYS:
            self.stdout.write(self.style.WARNING(
                _("It is not encrypted: names, phones, messages can be read. Set BACKUP_PUBLIC_KEYS (see backup_key).")
            ))  # fmt: skip
