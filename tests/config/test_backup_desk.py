"""When a backup is made and checked by itself, and that the rows follow the folder."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from config.backups import desk, shelf
from config.backups.address import own
from config.backups.server import locked
from partners.models import Backup
from partners.services import backups

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    settings.TIME_ZONE, settings.BACKUP_HOUR = "Europe/Moscow", 3


def made(at: datetime, **fields: object) -> Backup:
    return Backup.objects.create(
        **{"name": shelf.name_at(at), "state": "done", "asked_at": at, "finished_at": at} | fields
    )


def test_one_backup_a_night() -> None:
    assert desk.is_backup_due(NOON)
    made(NOON - 10 * HOUR)  # at 02:00, before the hour
    assert desk.is_backup_due(NOON)
    made(NOON - 9 * HOUR)
    assert not desk.is_backup_due(NOON)
    assert not desk.is_backup_due(NOON + 14 * HOUR)
    assert desk.is_backup_due(NOON + 15 * HOUR)


def test_after_a_failure_it_waits_an_hour() -> None:
    made(NOON, name="", state="failed")
    assert not desk.is_backup_due(NOON + 59 * timedelta(minutes=1))
    assert desk.is_backup_due(NOON + HOUR)


def test_the_newest_is_checked_once_a_week_and_what_is_asked_for_at_once() -> None:
    older, newest = made(NOON - DAY), made(NOON)
    assert desk.to_check(NOON) == newest
    backups.proven(backup=newest, seconds=1, now=NOON)
    assert desk.to_check(NOON + 6 * DAY) is None
    assert desk.to_check(NOON + 7 * DAY) == newest
    assert backups.ask_check(backup=older)
    assert desk.to_check(NOON) == older


def test_a_check_that_failed_is_tried_again_the_next_day() -> None:
    backup = made(NOON)
    backups.disproved(backup=backup, error="…", now=NOON)
    assert desk.to_check(NOON + 2 * HOUR) is None
    assert desk.to_check(NOON + DAY + HOUR) == backup


def test_what_is_asked_for_twice_is_made_once_and_only_what_is_whole_is_checked() -> None:
    first = backups.ask(by="olga", now=NOON)
    assert backups.ask(by="pavel", now=NOON) == first
    assert not backups.ask_check(backup=first)


@pytest.mark.django_db(transaction=True)
def test_the_tick_makes_what_was_asked_for_then_checks_it_then_rests() -> None:
    row = backups.ask(by="olga", now=NOON)
    desk.tick(now=NOON)
    row.refresh_from_db()
    assert (row.state, row.name, row.asked_by) == ("done", shelf.names()[0], "olga")
    desk.tick(now=NOON)
    row.refresh_from_db()
    assert row.check_state == "proven"
    desk.tick(now=NOON)
    assert Backup.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_a_sentence_in_the_row_and_no_traceback(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BACKUP_PUBLIC_KEYS = ["age1nonsense"]
    desk.tick(now=NOON)
    row = Backup.objects.get()
    assert (row.state, row.name) == ("failed", "")
    assert "BACKUP_PUBLIC_KEYS" in row.error
    assert [record.exc_info for record in caplog.records] == [None]


@pytest.mark.django_db(transaction=True)
def test_while_another_one_works_the_tick_does_nothing() -> None:
    backups.ask(by="olga", now=NOON)
    with locked(own()):
        desk.tick(now=NOON)
    assert Backup.objects.get().state == "wanted"


@pytest.mark.django_db(transaction=True)
def test_the_rows_follow_the_folder_also_after_they_were_lost() -> None:
    name, whole = desk.backup(now=NOON, say=lambda _text: None)
    desk.check(folder=shelf.root() / name, key_file=None, now=NOON + HOUR, say=lambda _text: None)
    Backup.objects.all().delete()
    desk.follow()
    row = Backup.objects.get()
    assert (row.name, row.state, row.rows, row.verified_at) == (name, "done", whole.rows, NOON + HOUR)
    shutil.rmtree(shelf.root() / name)
    desk.follow()
    row.refresh_from_db()
    assert row.state == "gone"
