"""How long a question is looked up, at the size of the shipped articles and at a hundred thousand chunks.

The peer in the same run is PostgreSQL's Russian full text search (GIN, any of the words, ts_rank). Then the exact
search for near vectors, of numbers drawn at random: how long it takes does not depend on what they are.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg

from bench.machine import BASE, scratch_database
from content.knowledge import thesaurus
from content.knowledge.folder import documents
from content.knowledge.index import Entry, Index, build
from content.knowledge.query import Synonyms
from content.knowledge.reading import read
from content.knowledge.scratch import scratch
from content.knowledge.search import search
from content.knowledge.words import STOP, lemmas, words

MANY = 100_000
EMBEDDED = 1_000, 10_000, MANY
DIMENSIONS, NEAREST = 256, 15
QUESTIONS, WARM_UP = 300, 50
SENTENCES = 8  # of a chunk that is put together from others

INSERT = "COPY chunk (id, text) FROM STDIN"
TABLE = """
CREATE TEMP TABLE chunk (
    id int, text text, found tsvector GENERATED ALWAYS AS (to_tsvector('russian', text)) STORED
)
"""
ASK = """
SELECT id FROM chunk, to_tsquery('russian', %s) asked WHERE found @@ asked ORDER BY ts_rank(found, asked) DESC LIMIT 10
"""
VECTOR_TABLES = f"""
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE document (id int PRIMARY KEY, expires_on date, retired_at timestamptz);
CREATE TABLE passage (
    id int PRIMARY KEY, document_id int, text text, embedding vector({DIMENSIONS}) STORAGE PLAIN
)
"""
NEAR = f"""
SELECT id, embedding <=> %s AS distance FROM passage WHERE document_id IN (
    SELECT id FROM document WHERE retired_at IS NULL AND (expires_on IS NULL OR expires_on > current_date)
) ORDER BY distance, id LIMIT {NEAREST}
"""


def run(database_url: str) -> None:
    folder = Path(BASE) / "content" / "presets" / "knowledge"
    base = scratch((path, read(path, file.read_bytes())) for path, file in documents(folder))
    few = list(base.entries.values())
    asked = questions(few)
    print(f"Retrieval: {len(asked)} questions, every second one with a letter missing; ms")
    print(f"{'':52}{'p50':>8}{'p95':>8}{'build':>9}")
    for entries in (few, list(many(few, MANY))):
        measure(database_url, entries, asked)
    vectors(database_url)
    print(f"memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


def questions(entries: Sequence[Entry]) -> list[str]:
    headings = sorted({heading for entry in entries for heading in entry.headings if len(heading.split()) > 2})
    chance = random.Random(1)
    chosen = chance.sample(headings, min(QUESTIONS, len(headings)))
    return [_misspelt(text, chance) if number % 2 else text for number, text in enumerate(chosen)]


def _misspelt(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + text[at + 1 :]


def many(entries: Sequence[Entry], count: int) -> Sequence[Entry]:
    """Chunks of sentences drawn from all others: the words are as frequent as they are."""
    chance = random.Random(2)
    sentences = [line for entry in entries for line in entry.text.split("\n") if len(line) > 40]
    made = []
    for number in range(count):
        text = "\n".join(chance.choices(sentences, k=SENTENCES))
        made.append(replace(chance.choice(entries), chunk=number, document=number // 20, text=text))
    return made


def measure(database_url: str, entries: Sequence[Entry], asked: Sequence[str]) -> None:
    begun = time.perf_counter()
    index = build(entries)
    took = time.perf_counter() - begun
    synonyms = thesaurus.shipped().synonyms(lemmas)
    ours = clocked(asked, lambda question: look_up(question, index, synonyms))
    row(f"Curator: {len(entries)} chunks", ours, took)
    with scratch_database(database_url) as url, psycopg.connect(url) as connection:
        begun = time.perf_counter()
        fill(connection, entries)
        took = time.perf_counter() - begun
        row("PostgreSQL russian", clocked(asked, lambda question: ask_postgresql(connection, question)), took)


def vectors(database_url: str) -> None:
    """In tables like the product's: passages of about a kilobyte in documents of twenty."""
    chance = np.random.default_rng(3)
    asked = [str(row) for row in chance.standard_normal((QUESTIONS, DIMENSIONS)).round(4).tolist()]
    for count in EMBEDDED:
        with scratch_database(database_url) as url, psycopg.connect(url) as connection:
            begun = time.perf_counter()
            fill_vectors(connection, count, chance)
            took = time.perf_counter() - begun
            row(f"pgvector, exact: {count} chunks", clocked(asked, lambda one: nearest(connection, one)), took)


def fill_vectors(connection: psycopg.Connection, count: int, chance: np.random.Generator) -> None:
    connection.execute(VECTOR_TABLES)
    connection.execute("INSERT INTO document SELECT generate_series(0, %s), NULL, NULL", [count // 20])
    with connection.cursor().copy("COPY passage (id, document_id, text, embedding) FROM STDIN") as copy:
        for number in range(count):
            vector = chance.standard_normal(DIMENSIONS).round(4).tolist()
            copy.write_row((number, number // 20, "слово " * 80, str(vector)))
    connection.execute("ANALYZE document, passage")


def nearest(connection: psycopg.Connection, vector: str) -> None:
    connection.execute(NEAR, [vector]).fetchall()


def look_up(question: str, index: Index, synonyms: Synonyms) -> None:
    search(question, [index], today=1, synonyms=synonyms)


def fill(connection: psycopg.Connection, entries: Sequence[Entry]) -> None:
    connection.execute(TABLE)
    with connection.cursor().copy(INSERT) as copy:
        for entry in entries:
            copy.write_row((entry.chunk, " ".join((entry.title, *entry.headings, entry.text))))
    connection.execute("CREATE INDEX ON chunk USING gin (found)")
    connection.execute("ANALYZE chunk")


def ask_postgresql(connection: psycopg.Connection, question: str) -> None:
    connection.execute(ASK, [" | ".join(word for word in words(question) if word not in STOP)]).fetchall()


def clocked(asked: Sequence[str], ask: Callable[[str], None]) -> list[float]:
    """Seconds of every question, sorted; others were asked before, so that the dictionary is loaded."""
    for question in asked[:WARM_UP]:
        ask(question)
    seconds = []
    for question in asked[WARM_UP:]:
        begun = time.perf_counter()
        ask(question)
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)


def row(name: str, seconds: Sequence[float], took: float) -> None:
    p50, p95 = (seconds[int(len(seconds) * share)] * 1_000 for share in (0.5, 0.95))
    print(f"{name:52}{p50:8.1f}{p95:8.1f}{took:8.1f}s")
