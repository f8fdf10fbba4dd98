"""Backup, destroy, restore, verify: do all rows come back, and how long does it take.

`python -m bench backup` fills a database of its own; BENCH_DATABASE_URL names a filled one, which is only read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from bench.machine import BASE, environment, scratch_database
from config.backups.server import drop_database

LEADS, EVENTS_OF_EACH = 20_000, 10
PARTNERS = 20

PEOPLE = """
INSERT INTO partners_lead (partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
    status, intent, pain, detail, goal, created_at, last_seen_at)
SELECT (%(partners)s::bigint[])[1 + n %% cardinality(%(partners)s::bigint[])], 1000000 + n, 'Лид ' || n, '', 'u' || n,
    'ru', CASE WHEN n %% 10 = 0 THEN '+7916' || lpad(n::text, 7, '0') ELSE '' END, '', 'warming', 'client', 'weight',
    '', '', now(), now()
FROM generate_series(1, %(leads)s) AS n
"""
EVENTS = """
INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, step, data, at)
SELECT partner_id, id, 'screen_shown', 'step' || n, '{}', now() - n * interval '1 hour'
FROM partners_lead, generate_series(1, %(events)s) AS n
"""


def run(database_url: str) -> None:
    given = os.environ.get("BENCH_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="bench-backup-") as folder:
        if given:
            _measure(given, Path(folder), destroy=False)
            return
        with scratch_database(database_url, "bench_backup") as url:
            subprocess.run([sys.executable, "-m", "bench.backup", "fill"], cwd=BASE, env=environment(url), check=True)
            _measure(url, Path(folder), destroy=True)


def _measure(url: str, folder: Path, *, destroy: bool) -> None:
    env = environment(url) | {"BACKUP_DIR": str(folder), "LANGUAGE_CODE": "en"}
    backup = _timed(env, "backup")
    [made] = folder.iterdir()
    manifest = json.loads((made / "manifest.json").read_text())
    rows = sum(rows for rows, _checksum in manifest["tables"].values())
    size = manifest["database"]["bytes"] / 2**20
    server_size = manifest["database_bytes"] / 2**20
    print(f"Backup: {rows} rows in {len(manifest['tables'])} tables, {server_size:.0f} MB, dumped {size:.0f} MB")
    print(f"{'backup (dump and checksums of every table)':52}{backup:9.1f} s")
    print(f"{'verify_backup (into a scratch database)':52}{_timed(env, 'verify_backup'):9.1f} s")
    target = _beside(url, "bench_restored")
    if destroy:
        _drop(url)
        target = url
    try:
        print(f"{'restore (destroyed before)' if destroy else 'restore (into another database)':52}"
              f"{_timed(env, 'restore', made.name, '--into', target, '--yes'):9.1f} s")  # fmt: skip
        _compare(target, manifest["tables"])
    finally:
        if not destroy:
            _drop(target)


def _compare(url: str, tables: dict[str, list[object]]) -> None:
    """Counted by other means than the product's: the wall is asked from outside."""
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE curator_all_partners")
        unequal = []
        for table, (rows, _checksum) in tables.items():
            count = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            if count != (rows,):
                unequal.append(f"{table}: {count and count[0]} instead of {rows}")
    print("row counts: " + ("; ".join(unequal) if unequal else f"equal in all {len(tables)} tables"))


def _timed(env: dict[str, str], *command: str) -> float:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=BASE, env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr[-500:]}")
    return time.monotonic() - began


def _beside(url: str, name: str) -> str:
    head, mark, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{mark}{query}"


def _drop(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(_beside(url, "postgres"), autocommit=True) as connection:
        drop_database(connection, name)


def fill() -> None:
    from django.core.management import call_command
    from django.db import connection

    from bench.network import fill as fill_network
    from partners import tenancy
    from partners.models import Partner

    call_command("migrate", verbosity=0)
    fill_network(PARTNERS)
    with tenancy.all_partners(), connection.cursor() as cursor:
        partners = list(Partner.objects.values_list("pk", flat=True))
        cursor.execute(PEOPLE, {"partners": partners, "leads": LEADS})
        cursor.execute(EVENTS, {"events": EVENTS_OF_EACH})


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    fill()
