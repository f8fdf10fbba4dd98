from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from partners import clock, tenancy
from partners.management.tables import one_line
from partners.onboarding.google_form import MAX_BYTES, Line, Table, TableRefused, read_table
from partners.onboarding.sections import QUESTIONS
from partners.services.application_import import Imported, import_line
from partners.services.bots import TOKEN_PATTERN


class Command(BaseCommand):
    help = "Import applications from a CSV export of the Google form; importing twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--dry-run", action="store_true", help=_("check and show, store nothing"))

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        table = read(file)
        self.explain(table)
        counts = {"new": 0, "known": 0, "draft": 0}
        seen: set[str] = set()
        for line in table.lines:
            imported = store(line, dry_run=dry_run)
            if line.key in seen:  # a dry run has taken its first one back
                imported = replace(imported, result="known", problems={})
            seen.add(line.key)
            counts[imported.result] += 1
            counts["draft"] += bool(imported.problems)
            self.stdout.write(report(line, imported))
        self.stdout.write(_("New: %(new)s, of them to be corrected: %(draft)s. Known already: %(known)s.") % counts)
        if dry_run:
            self.stdout.write(_("Nothing was saved."))

    def explain(self, table: Table) -> None:
        """Which column was taken for what: a wrong guess must be seen."""
        for name, header in table.columns.items():
            self.stdout.write(f"  {QUESTIONS[name].label if name in QUESTIONS else name} ← {one_line(header)}")
        for header in table.unknown:
            self.stdout.write("  " + _("kept as a comment: %(header)s") % {"header": one_line(header)})


def read(file: Path) -> Table:
    try:
        with file.open("rb") as opened:
            return read_table(opened.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except TableRefused as refused:
        raise CommandError(f"{file}: {refused}") from None


def store(line: Line, *, dry_run: bool) -> Imported:
    """A transaction for every line: a bad one takes nothing else with it. A dry run takes it back."""
    with tenancy.all_partners():
        imported = import_line(line=line, now=clock.now())
        if dry_run:
            transaction.set_rollback(True)
        return imported


def report(line: Line, imported: Imported) -> str:
    """A token in the wrong column is masked too."""
    who = TOKEN_PATTERN.sub(r"\1:•••", one_line(str(imported.application)))
    if imported.result == "known":
        return _("line %(n)s: %(who)s: known already") % {"n": line.number, "who": who}
    if not imported.problems:
        return "✅ " + _("line %(n)s: %(who)s: waits for a decision") % {"n": line.number, "who": who}
    told = "; ".join(f"{QUESTIONS[name].label}: {problem}" for name, problem in imported.problems.items())
    return "❗ " + _("line %(n)s: %(who)s: to be corrected: %(told)s") % {"n": line.number, "who": who, "told": told}
