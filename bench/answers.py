"""How many questions to the curator are answered a second: quoted from the shipped articles, and by a slow model.

Everything from the claim to the promised reply; the titles of the articles are the questions, each of another person.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.machine import BASE, scratch_database
from bench.network import fill
from content.ai.standin import Standin
from content.knowledge.folder import documents
from content.knowledge.reading import read
from content.services.knowledge import load_folder
from funnels.models import Question
from funnels.services.answering.ask import private_question
from funnels.services.answering.think import think
from partners import clock, tenancy
from partners.models import Lead, Partner

QUESTIONS, WARM_UP = 200, 20
THREADS, LATENCY = 16, 0.5
FIRST_READER = 5_000_000


@dataclass(frozen=True)
class Result:
    seconds: float
    each: Sequence[float]  # seconds of every question, sorted
    answered_by: Counter[str]

    def __str__(self) -> str:
        p50, p95 = (self.each[int(len(self.each) * share)] * 1e3 for share in (0.5, 0.95))
        return f"{len(self.each) / self.seconds:9.1f}{p50:9.0f}{p95:9.0f}   {dict(self.answered_by)}"


def run(database_url: str) -> None:
    with scratch_database(database_url) as url, tempfile.TemporaryDirectory() as folder:
        connection.close()
        connection.settings_dict["NAME"] = url.partition("?")[0].rpartition("/")[2]
        settings.DATA_DIR = Path(folder)
        call_command("migrate", verbosity=0)
        fill(1)
        titles = load_articles()
        print(f"{'answers of the curator':38}{'a second':>9}{'p50 ms':>9}{'p95 ms':>9}")
        measure(titles, WARM_UP, threads=1)
        print(f"{'quoted, one after the other':38}{measure(titles, QUESTIONS, threads=1)}")
        print(f"{f'quoted, {THREADS} threads':38}{measure(titles, QUESTIONS, threads=THREADS)}")
        with Standin(latency=LATENCY) as cloud:
            configure(cloud)
            print(f"{f'a model of {LATENCY} s, {THREADS} threads':38}{measure(titles, QUESTIONS, threads=THREADS)}")
        connection.close()


def load_articles() -> list[str]:
    folder = Path(BASE) / "content" / "presets" / "knowledge"
    sources = [(path, read(path, file.read_bytes())) for path, file in documents(folder)]
    with tenancy.all_partners():
        load_folder(partner_id=None, collection="knowledge", sources=sources, now=clock.now())
    return [source.title for _path, source in sources]


def configure(cloud: Standin) -> None:
    settings.YANDEX_LLM_URL = settings.YANDEX_IAM_URL = cloud.url
    settings.YANDEX_FOLDER_ID, settings.YANDEX_API_KEY = "b1gbench", "bench"
    settings.AI_DAILY_CAP = settings.AI_MONTHLY_CAP = Decimal(1_000_000)


def measure(titles: Sequence[str], count: int, *, threads: int) -> Result:
    partner_id = ask(titles, count)
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        each = [one for some in pool.map(lambda _thread: answer_all(partner_id), range(threads)) for one in some]
    seconds = time.perf_counter() - began
    with tenancy.partner(partner_id):
        newest = Question.objects.order_by("-pk")[:count]
        answered_by = Counter(question.provider or question.reason for question in newest)
    return Result(seconds, sorted(each), answered_by)


def ask(titles: Sequence[str], count: int) -> int:
    now = clock.now()
    with tenancy.all_partners():
        partner_id = Partner.objects.values_list("pk", flat=True).get()
        first = FIRST_READER + Lead.objects.count()
        leads = Lead.objects.bulk_create(
            Lead(partner_id=partner_id, telegram_id=first + n, first_name="Лид", created_at=now, last_seen_at=now)
            for n in range(count)
        )
        Question.objects.bulk_create(
            private_question(
                partner_id=partner_id,
                lead_id=lead.pk,
                telegram_id=lead.telegram_id,
                message_id=1,
                text=f"{titles[number % len(titles)]}?",
                now=now,
            )
            for number, lead in enumerate(leads)
        )
    return partner_id


def answer_all(partner_id: int) -> list[float]:
    """Seconds of each, of this thread."""
    each, began = [], time.perf_counter()
    while think(partner_id=partner_id, clock=clock.now):
        each.append(time.perf_counter() - began)
        began = time.perf_counter()
    connection.close()
    return each
