"""Measures the retrieval: `manage.py evaluate_retrieval QUESTIONS.jsonl --corpus DIR [--json]`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.knowledge.folder import documents
from content.knowledge.measure import Ask, Outcome, QuestionError, measure, questions
from content.knowledge.reading import ReadError, Source, read
from content.knowledge.scratch import scratch
from partners.clock import now

DEPTH = 100  # chunks: ten files must have a chance to be among them


class Command(BaseCommand):
    help = "Loads a folder into memory, asks the questions of a JSON Lines file and prints how well they were answered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
        parser.add_argument("--corpus", type=Path, metavar="DIR", help=_("Folder with documents; the shipped ones."))
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object and nothing else."))

    def handle(self, *args: object, questions: Path, corpus: Path | None, **options: object) -> None:
        folder = corpus or Path(settings.BASE_DIR) / "content" / "presets" / "knowledge"
        report = measure(_questions(questions), _asking(folder))
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else "\n".join(_table(report)))


def _questions(file: Path) -> list[Any]:
    try:
        return list(questions(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, QuestionError) as error:
        raise CommandError(f"{file}: {error}") from None


def _asking(folder: Path) -> Ask:
    """Nothing of the scratch space outlives the process."""
    found = documents(folder)
    if not found:
        raise CommandError(_("%(folder)s has no documents.") % {"folder": folder})
    base = scratch(_sources(found))
    today = now().date().toordinal()
    base.ask("…", today=today, limit=1)  # the dictionary is loaded by the first question

    def ask(question: str) -> Outcome:
        begun = perf_counter()
        reply = base.ask(question, today=today, limit=DEPTH)
        seconds = perf_counter() - begun
        rows = [hit.chunk for hit in reply.hits]
        texts = [base.pieces[row].text for row in rows]
        return Outcome([base.paths[row] for row in rows], texts, bool(reply.refusal or reply.lacking), seconds)

    return ask


def _sources(found: list[tuple[str, Path]]) -> Iterator[tuple[str, Source]]:
    for path, file in found:
        try:
            yield path, read(path, file.read_bytes())
        except (OSError, ReadError) as error:
            raise CommandError(f"{file}: {error}") from None


def _table(report: dict[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in report.items():
        if isinstance(value, dict):
            yield f"{indent}{name}"
            yield from _table(value, indent + "  ")
        else:
            yield f"{indent + name:<24}{'—' if value is None else value}"
