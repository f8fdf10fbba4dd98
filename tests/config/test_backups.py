"""Backups of the real server: what comes back, what is refused, and what a kill in the middle leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as product
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from config.backups import check, manifest, shelf
from config.backups.address import Address, own
from config.backups.database import load
from config.backups.errors import BackupError
from config.backups.server import SCRATCH, Server, beside, drop_database, locked
from config.embedded.postgres import superuser_conninfo
from partners import tenancy
from partners.models import Backup, Bot, Lead, Partner
from tests.factories import make_lead
from tests.wall_rows import make_full_partner, make_network_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]

PHONE, TEXT = "+79161234567", "Хочу похудеть к лету, но боюсь"


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "media"
    put_a_picture(settings.MEDIA_ROOT)


def put_a_picture(media: Path) -> None:
    (media / "posts").mkdir(parents=True)
    (media / "posts" / "шейк.jpg").write_bytes(b"\xff\xd8" * 1000)


@pytest.fixture(scope="module")
def made_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A backup of a database without rows and of one file."""
    home = tmp_path_factory.mktemp("once")
    put_a_picture(home / "media")
    with django_db_blocker.unblock(), override_settings(BACKUP_DIR=home / "backups", MEDIA_ROOT=home / "media"):
        folder = back_up()
        Backup.objects.all().delete()
        connection.close()
    return folder


@pytest.fixture
def bare(made_once: Path, places: None, transactional_db: None) -> Path:
    """A copy of it on the test's own shelf, to be damaged."""
    return Path(shutil.copytree(made_once, shelf.root() / made_once.name))


@pytest.fixture
def partners() -> tuple[Partner, Partner]:
    anna, boris = make_full_partner("anna"), make_full_partner("boris")
    make_network_version()
    make_lead(anna, phone=PHONE, first_name=TEXT)
    return anna, boris


@pytest.fixture
def target() -> Iterator[Address]:
    """Another database on the same server; every database that a test made beside it goes."""
    name = own().name
    yield own().named(f"{name}_target")
    with psycopg.connect(product.DATABASE_URL, autocommit=True) as server:
        for (found,) in server.execute("SELECT datname FROM pg_database").fetchall():
            if found.startswith(f"{name}_"):
                drop_database(server, found)


def url_of(address: Address) -> str:
    head, _mark, query = product.DATABASE_URL.partition("?")
    return f"{head.rpartition('/')[0]}/{address.name}?{query}"


def databases() -> set[str]:
    """Of this test process: others work on the same server."""
    with psycopg.connect(product.DATABASE_URL) as server:
        names = {row[0] for row in server.execute("SELECT datname FROM pg_database").fetchall()}
    return {name for name in names if name.startswith(own().name)}


def back_up() -> Path:
    call_command("backup", stdout=StringIO())
    return shelf.find(shelf.LATEST)


def restore(folder: Path, target: Address, **options: Any) -> None:
    call_command("restore", str(folder), into=url_of(target), yes=True, **options)


@contextmanager
def as_partner(address: Address, partner_id: int) -> Iterator[psycopg.Connection]:
    with address.connect() as there:
        there.execute("SELECT set_config('app.partner_id', %s, true)", [str(partner_id)])
        yield there


def test_everything_comes_back_and_a_partner_still_sees_only_their_rows(
    partners: tuple[Partner, Partner], target: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    anna, boris = partners
    restore(back_up(), target)
    assert "Every table equals the manifest" in capsys.readouterr().out
    for partner, leads in ((anna, 2), (boris, 1)):
        with as_partner(target, partner.pk) as there:
            rows = there.execute("SELECT partner_id FROM partners_lead").fetchall()
            assert rows == [(partner.pk,)] * leads
            assert there.execute("SELECT id FROM partners_partner").fetchall() == [(partner.pk,)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                there.execute("UPDATE partners_link SET partner_id = %s", [boris.pk + anna.pk - partner.pk])
    with target.connect() as there, pytest.raises(psycopg.Error, match=r"app\.partner_id"):
        there.execute("SELECT * FROM partners_lead")
    new_rows_get_new_numbers(anna, target)


def new_rows_get_new_numbers(anna: Partner, target: Address) -> None:
    with tenancy.all_partners():
        last = Lead.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with as_partner(target, anna.pk) as there:
        row = there.execute("SELECT nextval(pg_get_serial_sequence('partners_lead', 'id'))").fetchone()
        assert row is not None
        assert row[0] > last


def test_verify_proves_it_and_leaves_nothing(
    partners: tuple[Partner, Partner], target: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, before = back_up(), databases()
    call_command("verify_backup")
    assert "are equal" in capsys.readouterr().out
    assert databases() == before
    row = Backup.objects.get()
    assert (row.state, row.check_state, row.name) == ("done", "proven", folder.name)
    assert row.verified_at is not None
    assert row.rows > 20


@pytest.mark.usefixtures("partners", "target")
def test_a_difference_of_one_value_or_of_the_wall_is_found() -> None:
    folder = back_up()
    file = folder / "manifest.json"
    good = json.loads(file.read_text())
    with locked(own()) as server:
        restored = server.create(SCRATCH, manifest.read(folder).made_at)
    load(folder / "database.dump", restored, jobs=1)
    check.database(restored, manifest.read(folder))
    rows, checksum = good["tables"]["partners_lead"]
    for change, sentence in (
        ({"wall": "0" * 64}, "partner wall"),
        ({"tables": good["tables"] | {"partners_lead": [rows + 1, checksum]}}, "rows instead of"),
        ({"tables": good["tables"] | {"partners_lead": [rows, "1"]}}, "are different"),
    ):
        file.write_text(json.dumps(good | change))
        with pytest.raises(BackupError, match=sentence):
            check.database(restored, manifest.read(folder))
    with pytest.raises(CommandError, match="are different"):
        call_command("verify_backup")
    assert Backup.objects.get().check_state == "failed"


def test_a_table_whose_rows_the_wall_would_hide_stops_the_backup(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE hidden (id int); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY")
    try:
        with pytest.raises(CommandError, match="hides rows of hidden"):
            call_command("backup")
        assert shelf.names() == []
        assert list(shelf.root().iterdir()) == []
        assert Backup.objects.get().state == "failed"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE hidden")


@pytest.mark.parametrize("name", ["database.dump", "media.tar"])
@pytest.mark.parametrize(("damage", "sentence"), [("cut", "cut off"), ("change", "was changed")])
def test_a_damaged_file_is_refused_before_anything_happens(
    bare: Path, target: Address, name: str, damage: str, sentence: str
) -> None:
    data = bytearray((bare / name).read_bytes())
    if damage == "cut":
        data = data[:-100]
    else:
        data[len(data) // 2] ^= 1
    (bare / name).write_bytes(data)
    before = databases()
    with pytest.raises(CommandError, match=sentence):
        restore(bare, target)
    with pytest.raises(CommandError, match=sentence):
        call_command("verify_backup")
    assert databases() == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "another version"),
        ({"migrations": {"partners": ["9999_from_the_future"]}}, "newer than this installation"),
        ({"versions": {"postgresql": "99.1"}}, "comes from PostgreSQL 99"),
        ({"role": "somebody"}, "belong to the role somebody"),
        ({"rows": -1}, "damaged"),
        ({"tables": None}, "damaged"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    bare: Path, target: Address, change: dict[str, Any], sentence: str
) -> None:
    file = bare / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(CommandError, match=sentence):
        restore(bare, target)
    assert target.name not in databases()


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null", '{"format": 1}'])
def test_a_broken_manifest_is_a_sentence(bare: Path, text: str) -> None:
    (bare / "manifest.json").write_text(text)
    with pytest.raises(CommandError, match="damaged"):
        call_command("verify_backup")


def test_without_yes_nothing_is_done(bare: Path, target: Address) -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", str(bare), into=url_of(target))
    assert target.name not in databases()


def test_a_full_database_is_kept_under_another_name_if_one_says_so_and_nobody_uses_it(
    bare: Path, target: Address
) -> None:
    restore(bare, target)
    with pytest.raises(CommandError, match="not empty"):
        restore(bare, target)
    with target.connect(), pytest.raises(CommandError, match="programs still work"):
        restore(bare, target, replace=True)
    assert [name for name in databases() if name.startswith(target.name)] == [target.name]
    restore(bare, target, replace=True)
    kept = [name for name in databases() if name.startswith(f"{target.name}_before_")]
    assert len(kept) == 1


def test_two_at_a_time_are_refused(transactional_db: None) -> None:
    with locked(own()), pytest.raises(CommandError, match="going on"):
        call_command("backup")
    assert shelf.names() == []


# Encryption


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    path, printed = tmp_path / "key", StringIO()
    call_command("backup_key", str(path), stdout=printed)
    settings.BACKUP_PUBLIC_KEYS = [printed.getvalue().strip().removeprefix("BACKUP_PUBLIC_KEYS=")]
    return path


def test_an_encrypted_backup_needs_the_private_key(
    partners: tuple[Partner, Partner], target: Address, key: Path, tmp_path: Path
) -> None:
    folder = back_up()
    assert {path.name for path in folder.iterdir()} == {"database.dump.age", "media.tar.age", "manifest.json"}
    with pytest.raises(CommandError, match="--key"):
        restore(folder, target)
    wrong = tmp_path / "wrong"
    call_command("backup_key", str(wrong))
    with pytest.raises(CommandError, match="can't be decrypted"):
        restore(folder, target, key=wrong)
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("AGE-SECRET-KEY-1NOTHING")
    with pytest.raises(CommandError, match="something else") as error:
        restore(folder, target, key=nonsense)
    assert "NOTHING" not in str(error.value)
    assert target.name not in databases()
    restore(folder, target, key=key)
    with as_partner(target, partners[0].pk) as there:
        assert there.execute("SELECT count(*) FROM partners_lead").fetchone() == (2,)
    assert sorted(path.name for path in shelf.root().iterdir()) == [folder.name]  # nothing was left decrypted


def test_a_private_key_is_never_overwritten_and_only_its_owner_reads_it(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError):
        call_command("backup_key", str(key))


def test_a_wrong_public_key_stops_the_backup(transactional_db: None, settings: Settings) -> None:
    settings.BACKUP_PUBLIC_KEYS = ["age1nonsense"]
    with pytest.raises(CommandError, match="no public key"):
        call_command("backup")


def test_what_is_not_encrypted_holds_no_secret_and_no_person(
    partners: tuple[Partner, Partner], key: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with tenancy.all_partners():
        tokens = [bot.token.reveal() for bot in Bot.objects.all()]
    call_command("backup")
    call_command("verify_backup", key=key)
    printed = capfd.readouterr()
    data = b"".join(path.read_bytes() for path in shelf.find(shelf.LATEST).iterdir())
    data += (printed.out + printed.err).encode()
    private = [line for line in key.read_text().splitlines() if line.startswith("AGE-SECRET")]
    needles = [*tokens, *product.FIELD_ENCRYPTION_KEYS, product.SECRET_KEY, *private, PHONE, TEXT, "шейк.jpg"]
    assert [needle for needle in needles if needle.encode() in data] == []


# Media


def test_media_come_back_whole_and_what_was_there_is_kept(
    bare: Path, settings: Settings, target: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(settings.MEDIA_ROOT)
    (root / "posts" / "шейк.jpg").write_bytes(b"destroyed")
    (root / "later.jpg").write_bytes(b"later")
    (root.parent / "media_restored_20260101000000").mkdir()  # of one that was killed
    monkeypatch.setitem(connection.settings_dict, "NAME", target.name)
    connection.close()
    call_command("restore", str(bare), yes=True)
    connection.close()
    assert (root / "posts" / "шейк.jpg").read_bytes() == b"\xff\xd8" * 1000
    assert not (root / "later.jpg").exists()
    assert not list(root.parent.glob("media_restored_*"))
    [kept] = root.parent.glob("media_before_*")
    assert (kept / "later.jpg").read_bytes() == b"later"


# A kill in the middle

VICTIM = """
import sys, time, django
django.setup()
from django.conf import settings
from django.db import connection
from io import StringIO
from pathlib import Path
connection.settings_dict["NAME"] = sys.argv[1]
settings.BACKUP_DIR, settings.MEDIA_ROOT = Path(sys.argv[2]), Path(sys.argv[3])
from config.backups import {module}
def stop(*args, **named):
    print("now", flush=True)
    time.sleep(60)
{module}.{function} = stop
from django.core.management import call_command
call_command(*sys.argv[4:])
"""


def killed(module: str, function: str, *command: str) -> None:
    """A process that is killed when it comes to this function."""
    script = VICTIM.format(module=module, function=function)
    places = [own().name, str(product.BACKUP_DIR), str(product.MEDIA_ROOT)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", script, *places, *command], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert any(line == "now\n" for line in process.stdout)
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(("module", "function"), [("media", "pack"), ("manifest", "write"), ("shelf", "publish")])
def test_a_killed_backup_leaves_nothing_that_looks_whole(
    partners: tuple[Partner, Partner], module: str, function: str
) -> None:
    killed(module, function, "backup")
    assert shelf.names() == []
    assert Backup.objects.get().state == "running"
    wait_for_the_lock()
    folder = back_up()
    assert sorted(path.name for path in shelf.root().iterdir()) == [folder.name]
    assert set(Backup.objects.values_list("state", "error")) == {("failed", "It was interrupted."), ("done", "")}


@pytest.mark.usefixtures("bare")
def test_a_killed_check_is_swept_by_the_next() -> None:
    before = databases()
    killed("check", "database", "verify_backup")
    [left] = databases() - before
    assert left.startswith(f"{own().name}{SCRATCH}")
    wait_for_the_lock()
    call_command("verify_backup")
    assert databases() == before


@pytest.mark.usefixtures("bare")
def test_what_a_killed_check_has_decrypted_is_swept_by_the_next() -> None:
    before = sorted(shelf.root().iterdir())
    left = shelf.root() / f"{shelf.PARTIAL}decrypted"
    left.mkdir()
    (left / "database.dump").write_bytes(b"names and phones")
    call_command("verify_backup")
    assert sorted(shelf.root().iterdir()) == before


def test_a_killed_restore_leaves_what_was_there(partners: tuple[Partner, Partner], target: Address) -> None:
    folder = back_up()
    restore(folder, target)
    with as_partner(target, partners[0].pk) as there:
        there.execute("UPDATE partners_partner SET name = 'Прежняя'")
    killed("check", "database", "restore", str(folder), "--into", url_of(target), "--replace", "--yes")
    with as_partner(target, partners[0].pk) as there:
        assert there.execute("SELECT name FROM partners_partner").fetchone() == ("Прежняя",)
    wait_for_the_lock()
    restore(folder, target, replace=True)
    assert not [name for name in databases() if "_restored_" in name]


def wait_for_the_lock() -> None:
    """The server notices within a moment that the killed process is gone."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with locked(own()):
                return
        except BackupError:
            assert time.monotonic() < deadline


def test_names_of_databases_beside_stay_short_enough() -> None:
    name = beside("x" * 63, SCRATCH, datetime(2026, 3, 2, tzinfo=UTC))
    assert len(name) == 63


def test_a_server_that_refuses_is_a_sentence() -> None:
    address = Address("nothing", "nobody", "", own().place)
    with pytest.raises(BackupError, match="nobody"), locked(address) as server:
        assert isinstance(server, Server)


# What is kept


def test_retention_keeps_days_weeks_and_months() -> None:
    newest = datetime(2026, 11, 22, 3, tzinfo=UTC)
    nights = [newest - timedelta(days=number) for number in range(400)]
    kept = shelf.to_keep(nights, [7, 4, 6])
    assert kept[-7:] == sorted(nights[:7])
    assert 7 + 3 + 4 <= len(kept) <= 7 + 4 + 6
    assert newest - kept[0] > timedelta(days=140)
    assert shelf.to_keep([newest], [7, 4, 6]) == [newest]
    by_hand = [newest - timedelta(minutes=number) for number in range(5)]
    assert shelf.to_keep(by_hand, [1, 1, 1]) == sorted(by_hand)


def test_pruning_never_takes_the_newest_proven_one(transactional_db: None, settings: Settings) -> None:
    settings.BACKUP_KEEP = [1, 1, 1]
    for name in ("2026-01-02T030000Z", "2026-11-20T030000Z", "2026-11-21T030000Z"):
        (shelf.root() / name).mkdir(parents=True)
    shelf.prune(proven=["2026-01-02T030000Z"])
    assert shelf.names() == ["2026-01-02T030000Z", "2026-11-21T030000Z"]


def test_a_full_disk_stops_it_before(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.backups.shelf.RESERVE", 2**60)
    with pytest.raises(CommandError, match="too full"):
        call_command("backup")
    assert list(shelf.root().iterdir()) == []


PLAIN_DROP = "SELECT FROM pg_stat_activity WHERE query = %s AND state = 'active'"


def test_a_database_is_dropped_although_a_superuser_is_at_it(target: Address) -> None:
    """As autovacuum is: the owner of a database may not end such a session, and waits for it to go."""
    drop = f'DROP DATABASE IF EXISTS "{target.name}"'
    with psycopg.connect(product.DATABASE_URL, autocommit=True) as server, ThreadPoolExecutor() as beside_us:
        server.execute(f'CREATE DATABASE "{target.name}"')
        with psycopg.connect(superuser_conninfo(product.DATA_DIR, target.name)) as autovacuum:
            dropping = beside_us.submit(drop_database, server, target.name)
            while not dropping.done() and not autovacuum.execute(PLAIN_DROP, [drop]).rowcount:
                autovacuum.rollback()
        dropping.result()
    assert target.name not in databases()
