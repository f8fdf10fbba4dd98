"""Runs the regression set: `manage.py evaluate_answers [--partner ID] [--with FILE.md …] [--json]`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.knowledge.reading import ReadError, read
from content.knowledge.regression import Compared, Outcome, Verdict, tally
from content.queries.regression import NEW, Trial, compare, lines, stored_as
from partners import clock, tenancy
from partners.management.tables import one_line, table
from partners.models import Partner

MARKS = {Verdict.BETTER: "▲", Verdict.SAME: " ", Verdict.WORSE: "▼"}


class Command(BaseCommand):
    help = (
        "Asks the regression set of today's documents, and of the same with some files as if they were live. "
        "Nothing is written. The exit code is 1 if something got worse."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", metavar="ID", help=_("As this partner's bot; else everybody's own lines."))
        parser.add_argument(
            "--with",
            nargs="+",
            type=Path,
            default=[],
            dest="files",
            metavar="FILE",
            help=_("A new document, or a changed one: it replaces the document of this file name."),
        )
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object and nothing else."))

    def handle(self, *args: Any, partner: str | None, files: Sequence[Path], **options: Any) -> None:
        with tenancy.all_partners():
            owner = _partner(partner)
            trials = list(_trials(files, owner))
            compared = compare(lines(owner), trials, today=clock.now().date())
        counts = tally(compared)
        if options["json"]:
            self.stdout.write(json.dumps(_report(compared), ensure_ascii=False))
        else:
            self._print(compared, trials)
        if counts[Verdict.WORSE]:
            raise CommandError(_("Worse: %(n)s.") % {"n": counts[Verdict.WORSE]}, returncode=1)

    def _print(self, compared: Sequence[Compared], trials: Sequence[Trial]) -> None:
        for trial in trials:
            what = _("new") if trial.document < 0 else _("in place of № %(id)s") % {"id": trial.document}
            self.stdout.write(f"{one_line(trial.source.title)}: {what}")
        if not compared:
            self.stdout.write(_("The regression set is empty."))
            return
        head = ["", _("question"), _("expected"), _("now"), *([_("then")] if trials else [])]
        self.stdout.write(table([head, *(_row(one, bool(trials)) for one in compared)]))
        counts, right = tally(compared), sum(one.is_right for one in compared)
        self.stdout.write(_("As expected: %(right)s of %(all)s.") % {"right": right, "all": len(compared)})
        if trials:
            values = {verdict.value: counts[verdict] for verdict in Verdict}
            self.stdout.write(_("Better: %(better)s, worse: %(worse)s, the same: %(same)s.") % values)


def _row(one: Compared, tried: bool) -> list[str]:
    line = one.line
    row = [
        MARKS[one.verdict] if one.is_right else "✗" if one.verdict is Verdict.SAME else MARKS[one.verdict],
        one_line(line.text),
        one_line(line.title or line.expected, 32),
        _said(one, one.before),
    ]
    return [*row, _said(one, one.after)] if tried else row


def _said(one: Compared, outcome: Outcome) -> str:
    """«1» is the rank of the expected document."""
    if outcome.refusal:
        return outcome.refusal.value
    if outcome.lacking:
        return f"– ({outcome.lacking.value})"
    if one.line.expected != "answer":
        return _("answered")
    return str(outcome.rank(one.line.document) or _("other documents"))


def _report(compared: Sequence[Compared]) -> dict[str, object]:
    counts = tally(compared)
    return {
        "questions": len(compared),
        "right": sum(one.is_right for one in compared),
        **{verdict.value: counts[verdict] for verdict in Verdict},
        "lines": [
            {
                "question": one.line.text,
                "expected": one.line.expected,
                "document": one.line.document,
                "before": _as_json(one, one.before),
                "after": _as_json(one, one.after),
                "verdict": one.verdict.value,
            }
            for one in compared
        ],
    }


def _as_json(one: Compared, outcome: Outcome) -> dict[str, object]:
    return {
        "found": outcome.answers,
        "rank": outcome.rank(one.line.document) or None,
        "refusal": outcome.refusal,
        "lacking": outcome.lacking,
    }


def _partner(slug: str | None) -> int | None:
    if slug is None:
        return None
    partner = Partner.objects.filter(slug=slug).first()
    if partner is None:
        raise CommandError(_("There is no partner %(ids)s. See: manage_partners list") % {"ids": slug})
    return partner.pk


def _trials(files: Sequence[Path], owner: int | None) -> Iterator[Trial]:
    for number, file in enumerate(files):
        try:
            source = read(file.name, file.read_bytes())
        except (OSError, ReadError) as error:
            raise CommandError(f"{file}: {error}") from None
        stored = (stored_as(file.name, owner) if owner else None) or stored_as(file.name, None)
        if stored is not None:
            yield Trial(source, stored.pk, stored.partner_id, stored.path)
        else:
            yield Trial(source, NEW - number, owner, file.name)
