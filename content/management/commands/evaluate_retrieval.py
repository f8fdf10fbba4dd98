"""Measures the retrieval: `manage.py evaluate_retrieval QUESTIONS.jsonl --corpus DIR [--json]`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.ai.accounts import network_yandex
from content.ai.embeddings import embed_slowly
from content.ai.troubles import AiError
from content.ai.yandex import EmbeddedKind
from content.knowledge.folder import documents
from content.knowledge.measure import Ask, Outcome, QuestionError, measure, questions
from content.knowledge.reading import ReadError, Source, read
from content.knowledge.scratch import Scratch, scratch
from partners.clock import now

DEPTH = 100  # chunks: ten files must have a chance to be among them

Embed = Callable[[str, EmbeddedKind], Sequence[float]]


class Command(BaseCommand):
    help = "Loads a folder into memory, asks the questions of a JSON Lines file and prints how well they were answered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
        parser.add_argument("--corpus", type=Path, metavar="DIR", help=_("Folder with documents; the shipped ones."))
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object and nothing else."))

        parser.add_argument(
            "--vectors",
            action="store_true",
            help=_("Search by meaning as well: everything is sent to the network's YandexGPT, at its price."),
        )

    def handle(self, *args: object, questions: Path, corpus: Path | None, vectors: bool, **options: object) -> None:
        folder = corpus or Path(settings.BASE_DIR) / "content" / "presets" / "knowledge"
        asked, base = _questions(questions), _loaded(folder)
        try:
            report = measure(asked, _asking(base, _embedder() if vectors else None))
        except AiError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else "\n".join(_table(report)))


def _questions(file: Path) -> list[Any]:
    try:
        return list(questions(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, QuestionError) as error:
        raise CommandError(f"{file}: {error}") from None


def _loaded(folder: Path) -> Scratch:
    """Nothing of the scratch space outlives the process."""
    found = documents(folder)
    if not found:
        raise CommandError(_("%(folder)s has no documents.") % {"folder": folder})
    return scratch(_sources(found))


def _embedder() -> Embed:
    yandex = network_yandex()
    if yandex is None:
        raise CommandError(_("--vectors needs a provider: set YANDEX_FOLDER_ID and YANDEX_API_KEY."))
    return lambda text, kind: embed_slowly(yandex, text, kind)


def _asking(base: Scratch, embed: Embed | None) -> Ask:
    """The time of a vector is the provider's: it is not measured."""
    today = now().date().toordinal()
    base.ask("…", today=today, limit=1)  # the dictionary is loaded by the first question
    if embed:
        base = base.embedded(lambda text: embed(text, "doc"))

    def ask(question: str) -> Outcome:
        vector = embed(question, "query") if embed else None
        begun = perf_counter()
        reply = base.ask(question, today=today, limit=DEPTH, vector=vector)
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
