from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from config.backups import desk, shelf
from config.backups.address import of_url, own
from config.backups.errors import BackupError
from config.backups.restore import Restored, Wish, restore
from config.backups.server import locked
from partners import clock


class Command(BaseCommand):
    help = "Restore a backup. It is made beside what is there and put in its place at the end. 1: nothing has changed."
    requires_system_checks = ()  # the database may be what is missing

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", help=_("a folder, a name, or “latest”"))
        parser.add_argument("--into", metavar="URL", help=_("another database; the media stay as they are"))
        parser.add_argument("--key", type=Path, help=_("the file with the private key, for an encrypted backup"))
        parser.add_argument(
            "--replace", action="store_true", help=_("the database may have tables: it is kept, renamed")
        )
        parser.add_argument("--start", action="store_true", help=_("bots that ran then run again at once"))
        parser.add_argument(
            "--moved",
            action="store_true",
            help=_("everything had stopped before this backup was made, so it goes on here as if nothing had happened"),
        )
        parser.add_argument("--yes", action="store_true", help=_("really do it"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"]:
            raise CommandError(
                _("Nothing was done. Restoring replaces the database: say --yes if that is what you want.")
            )
        into = options["into"]
        key = options["key"] or (Path(settings.BACKUP_KEY_FILE) if settings.BACKUP_KEY_FILE else None)
        try:
            address = of_url(into) if into else own()
            wish = Wish(
                shelf.find(options["backup"]), key, with_media=not into, replace=options["replace"],
                start=options["start"], moved=options["moved"],
            )  # fmt: skip
            connection.close()  # it would keep the database from being renamed
            with locked(address) as server:
                done = restore(wish=wish, server=server, address=address, now=clock.now(), say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from None
        except psycopg.Error as error:
            raise CommandError(_("The database server refused: %(error)s") % {"error": type(error).__name__}) from None
        if not into:
            desk.follow()
        self._tell(done)

    def _tell(self, done: Restored) -> None:
        whole, settled = done.manifest, done.settled
        text = _("Restored: %(tables)s tables, %(rows)s rows, as of %(at)s. Every table equals the manifest.")
        values = {"tables": len(whole.tables), "rows": whole.rows, "at": f"{whole.made_at:%Y-%m-%d %H:%M:%S} UTC"}
        self.stdout.write(self.style.SUCCESS(text % values))
        for table, (rows, _checksum) in sorted(whole.tables.items()):
            if rows:
                self.stdout.write(f"  {table}  {rows}")
        text = _(
            "Not sent again: %(messages)s messages and %(posts)s posts (“perhaps sent”: a person decides), "
            "%(warmups)s warm-up messages (missed)."
        )
        self.stdout.write(text % {"messages": settled.messages, "posts": settled.posts, "warmups": settled.warmups})
        if not settled.started and settled.ran:
            self.stdout.write(_("The bots are stopped. When you have looked, start those that ran:"))
            self.stdout.write(f"  manage.py manage_partners start {' '.join(settled.ran)}")
        if not settled.readable:
            self.stdout.write(self.style.ERROR(
                _("The tokens can't be read: FIELD_ENCRYPTION_KEYS is another one. Put the old key into .env.")
            ))  # fmt: skip
        for kept in (done.kept_database, done.kept_media):
            if kept:
                self.stdout.write(_("Kept, delete it when all is well: %(what)s") % {"what": kept})
