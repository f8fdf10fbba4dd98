import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pyrage
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = "Make a pair of keys for backups: the private one into a new file, the public one is printed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=_("where the private key goes; keep it away from this server"))

    def handle(self, *args: Any, **options: Any) -> None:
        pair = pyrage.x25519.Identity.generate()
        public = str(pair.to_public())
        try:
            descriptor = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            text = _("%(file)s can't be made: %(why)s") % {"file": options["file"], "why": error.strerror}
            raise CommandError(text) from None
        with os.fdopen(descriptor, "w") as file:
            file.write(f"# public key: {public}\n{pair}\n")
        self.stdout.write(f"BACKUP_PUBLIC_KEYS={public}")
        self.stderr.write(_("Put this line into .env, and the file where this server can't reach it."))
