"""Asks the regression set of the stored documents, and of the same with some documents changed. Writes nothing.

Behind a door that sees the documents. Passages are looked up by their words: vectors may find more, never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from content.knowledge import gate
from content.knowledge.distinct import distinct
from content.knowledge.enough import PASSAGES, Found, lacking
from content.knowledge.index import Entry, Index, build
from content.knowledge.pieces import context, pieces
from content.knowledge.reading import Source
from content.knowledge.regression import Compared, Line, Outcome
from content.knowledge.search import Hit, search
from content.models import Document, RegressionQuestion
from content.models.knowledge import owned_by
from content.queries.indexes import entries_of
from content.queries.retrieval import synonyms

NEW = -1  # the number of the first trial that replaces nothing; the next one is -2


@dataclass(frozen=True, slots=True)
class Trial:
    """A document as if it were live: in place of the one with this number, or a new one with a number below 0."""

    source: Source
    document: int = NEW
    partner_id: int | None = None
    path: str = ""

    def entries(self) -> Iterator[Entry]:
        source = self.source
        day = source.as_of or source.updated or source.created
        for position, piece in enumerate(pieces(source)):
            yield Entry(
                chunk=-(abs(self.document) * 10_000 + position + 1),  # stored passages have numbers above 0
                document=self.document,
                title=context(source.title, self.path or source.title),
                headings=piece.headings,
                text=piece.readable,
                day=day.toordinal() if day else 0,
                expires=source.expires.toordinal() if source.expires else 0,
            )


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The documents of one owner in memory."""

    entries: dict[int, Entry]
    index: Index

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Shelf:
        by_chunk = {entry.chunk: entry for entry in entries}
        return cls(by_chunk, build(distinct(list(by_chunk.values()))))


def lines(partner_id: int | None = None) -> list[Line]:
    """The whole set; with a partner what that partner's bot must answer."""
    rows = RegressionQuestion.objects.select_related("document").defer("document__text").order_by("added_at", "pk")
    if partner_id is not None:
        rows = rows.filter(owned_by(None) | owned_by(partner_id))
    return [
        Line(
            row.text,
            row.expected,
            row.document_id,
            row.document.title if row.document else "",
            partner_id if partner_id is not None else row.partner_id,
        )
        for row in rows
    ]


def compare(lines: Sequence[Line], trials: Sequence[Trial] = (), *, today: date) -> list[Compared]:
    """Each line as the bot answers it now, and as it would with the trials."""
    owners = {None, *(line.partner_id for line in lines)}
    before, after = {}, {}
    for owner in owners:
        stored = list(entries_of(owner))
        before[owner] = after[owner] = Shelf.of(stored)
        if changed := [trial for trial in trials if trial.partner_id == owner]:
            replaced = {trial.document for trial in changed}
            kept = [entry for entry in stored if entry.document not in replaced]
            after[owner] = Shelf.of([*kept, *(entry for trial in changed for entry in trial.entries())])
    return [
        _compared(line, _shelves(line.partner_id, before), _shelves(line.partner_id, after), today) for line in lines
    ]


def _compared(line: Line, before: Sequence[Shelf], after: Sequence[Shelf], today: date) -> Compared:
    then = ask(line.text, before, today=today)
    return Compared(line, then, then if before == after else ask(line.text, after, today=today))


def _shelves(owner: int | None, every: dict[int | None, Shelf]) -> list[Shelf]:
    return [every[key] for key in dict.fromkeys((None, owner))]


def ask(question: str, shelves: Sequence[Shelf], *, today: date) -> Outcome:
    """As `retrieve` does."""
    if refusal := gate.shipped().refusal(question):
        return Outcome(refusal)
    indexes = [shelf.index for shelf in shelves]
    results = search(question, indexes, today=today.toordinal(), synonyms=synonyms(), limit=PASSAGES)
    found = [_found(hit, shelves) for hit in results.hits]
    missing = lacking(question, results.asked, found, gate=gate.shipped(), indexes=indexes)
    return Outcome(None, missing, tuple(dict.fromkeys(hit.document for hit in results.hits)))


def _found(hit: Hit, shelves: Sequence[Shelf]) -> Found:
    entry = next(shelf.entries[hit.chunk] for shelf in shelves if hit.chunk in shelf.entries)
    return Found(" ".join((entry.title, *entry.headings)), entry.text, hit.covered)


def stored_as(name: str, partner_id: int | None) -> Document | None:
    """The live document that a file of this name would replace."""
    live = Document.objects.filter(owned_by(partner_id), retired_at=None).defer("text")
    named = [row for row in live.filter(path__endswith=name) if row.path.rpartition("/")[2] == name]
    return named[0] if len(named) == 1 else None
