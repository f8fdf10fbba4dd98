"""Topics from the export of a channel: `manage.py import_ideas result.json [--partner ID] [--source NAME]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.management.owner import door_of, owner_of
from content.posts.export import MAX_BYTES, SOURCE_LENGTH, ExportError, read_export
from content.services.posts.ideas import take_in


class Command(BaseCommand):
    help = "Takes topics from Telegram's export of a channel as ideas for posts; the texts are not kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--partner", metavar="ID", help=_("Only for this partner; else for the whole network."))
        parser.add_argument("--source", default="", help=_("The channel's name, instead of the one in the export."))

    def handle(self, *args: Any, file: Path, partner: str | None, source: str, **options: Any) -> None:
        try:
            with file.open("rb") as opened:
                export = read_export(opened.read(MAX_BYTES + 1))
            owner = owner_of(partner) if partner else None
            with door_of(owner):
                taken = take_in(
                    export=export, partner_id=owner, source=source.strip()[:SOURCE_LENGTH], progress=self.progress
                )
        except (OSError, ExportError) as error:
            raise CommandError(f"{file}: {error}") from None
        values = {"new": taken.new, "known": taken.known, "skipped": taken.skipped}
        self.stdout.write(_("New ideas: %(new)s, known already: %(known)s, without words: %(skipped)s.") % values)

    def progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total}", ending="\n" if done == total else "")
