import importlib
from datetime import timedelta

import pytest
from celery import current_app
from django.core.management import call_command
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.timetable import TIMETABLE, Tick, sync

pytestmark = pytest.mark.django_db
SWEEP = Tick("tests.sweep", every=timedelta(minutes=1))


def test_every_task_of_the_timetable_exists() -> None:
    for tick in TIMETABLE:
        module, _, name = tick.task.rpartition(".")
        assert getattr(importlib.import_module(module), name).name == tick.task
        assert tick.task in current_app.tasks


def test_the_first_sync_writes_the_defaults() -> None:
    assert sync((SWEEP,)) == ["tests.sweep"]
    row = PeriodicTask.objects.get(name="tests.sweep")
    assert (row.task, row.enabled, row.interval.every, row.interval.period) == (
        "tests.sweep",
        True,
        60,
        "seconds",
    )
    assert row.expire_seconds == 60


def test_a_repetition_changes_nothing() -> None:
    sync((SWEEP,))
    before = PeriodicTask.objects.get().date_changed
    assert sync((SWEEP,)) == []
    assert PeriodicTask.objects.get().date_changed == before


def test_what_an_operator_tuned_stays() -> None:
    sync((SWEEP,))
    slower = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.update(enabled=False, interval=slower)
    sync((SWEEP,))
    row = PeriodicTask.objects.get()
    assert (row.enabled, row.interval) == (False, slower)


def test_a_new_default_wins_but_a_switched_off_task_stays_off() -> None:
    sync((SWEEP,))
    PeriodicTask.objects.update(enabled=False, interval=None, crontab=CrontabSchedule.objects.create(minute="5"))
    sync((Tick("tests.sweep", every=timedelta(minutes=2)),))
    row = PeriodicTask.objects.get()
    assert (row.enabled, row.interval.every, row.crontab) == (False, 120, None)


def test_a_task_that_left_the_code_goes_and_an_operators_own_stays() -> None:
    sync((SWEEP,))
    own = PeriodicTask.objects.create(name="own", task="tests.own", interval=IntervalSchedule.objects.get())
    assert sync(()) == ["tests.sweep"]
    assert list(PeriodicTask.objects.all()) == [own]


def test_the_command_names_what_it_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_timetable")
    assert "config.tasks.clear_expired_sessions" in capsys.readouterr().out
    call_command("sync_timetable")
    assert capsys.readouterr().out == ""
