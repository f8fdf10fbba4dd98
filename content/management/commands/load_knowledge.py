"""Takes a folder into the knowledge base: `manage.py load_knowledge PATH [--partner ID] [--dry-run]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.ai.embeddings import embedder_for
from content.knowledge.findings import findings
from content.knowledge.folder import documents
from content.knowledge.reading import ReadError, Source, read
from content.management.owner import door_of, owner_of
from content.queries.indexes import refresh
from content.queries.vectors import progress
from content.services.knowledge import Change, load_folder
from partners import clock

WIDTH = 30
MOST_REPORTED = 5  # of a file


class Command(BaseCommand):
    help = "Loads a folder of documents; changed files are updated, files that are gone are retired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="PATH")
        parser.add_argument("--partner", metavar="ID", help=_("Only for this partner; else for the whole network."))
        parser.add_argument("--dry-run", action="store_true", help=_("Only tell what would change."))

    def handle(self, *args: Any, folder: Path, partner: str | None, dry_run: bool, **options: Any) -> None:
        sources = list(self.read(folder))
        owner = owner_of(partner) if partner else None
        with door_of(owner):
            counts = load_folder(
                partner_id=owner,
                collection=folder.resolve().name[:80],
                sources=sources,
                now=clock.now(),
                dry_run=dry_run,
            )
        if not dry_run:
            with door_of(owner):  # what was written is committed now
                refresh(owner)
                vectors = progress(clock.now().date()) if embedder_for(owner) else None
        values = {change.value: counts[change] for change in Change}
        self.stdout.write(
            _("New: %(new)s, updated: %(updated)s, unchanged: %(unchanged)s, retired: %(retired)s.") % values
        )
        self.report(sources)
        if dry_run:
            self.stdout.write(_("Nothing was written: this was a dry run."))
        elif vectors:
            said = _("Vectors: %(done)s of %(total)s passages; the others are made in the background.")
            self.stdout.write(said % {"done": vectors.done, "total": vectors.total})

    def read(self, folder: Path) -> Iterator[tuple[str, Source]]:
        """Every file is read before anything is written: a bad one changes nothing."""
        found = documents(folder) if folder.is_dir() else []
        if not found:
            raise CommandError(_("%(folder)s has no documents.") % {"folder": folder})
        for number, (path, file) in enumerate(found, 1):
            try:
                yield path, read(path, file.read_bytes())
            except (OSError, ReadError) as error:
                raise CommandError(f"{file}: {error}") from None
            self.progress(number, len(found))

    def report(self, sources: list[tuple[str, Source]]) -> None:
        """What an editor should correct; these places are not quoted."""
        for path, source in sources:
            for finding in findings(source.text, source.title)[:MOST_REPORTED]:
                self.stdout.write(f"{path}:{finding.line}: {finding.fault}: {finding.quote}")

    def progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            bar = "#" * (done * WIDTH // total)
            self.stderr.write(f"\r[{bar:<{WIDTH}}] {done}/{total}", ending="\n" if done == total else "")
