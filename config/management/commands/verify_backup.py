from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.backups import desk, shelf
from config.backups.errors import BackupError
from partners import clock


class Command(BaseCommand):
    help = (
        "Restore a backup into a scratch database, compare every table with its manifest, drop it. 1: it is not proven."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", nargs="?", default=shelf.LATEST, help=_("a folder, a name, or “latest”"))
        parser.add_argument("--key", type=Path, help=_("the file with the private key, for an encrypted backup"))

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["key"] or (Path(settings.BACKUP_KEY_FILE) if settings.BACKUP_KEY_FILE else None)
        try:
            folder = shelf.find(options["backup"])
            proof = desk.check(folder=folder, key_file=key, now=clock.now(), say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from None
        whole = proof.manifest
        text = _(
            "%(name)s restores: %(tables)s tables, %(rows)s rows are equal, %(files)s files of media, %(seconds)s s."
        )
        values = {"name": folder.name, "tables": len(whole.tables), "rows": whole.rows, "files": whole.media_files,
                  "seconds": proof.seconds}  # fmt: skip
        self.stdout.write(self.style.SUCCESS(text % values))
