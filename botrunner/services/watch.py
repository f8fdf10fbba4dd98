"""Reads how bots and machines are, and lets incidents begin and end. By a tick, or by a runner when no tick comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils.translation import gettext as _

from botrunner.capacity.load import Disk
from botrunner.services import application_news, incident_news, operator_news, vitals
from botrunner.services.disks import disks
from partners import tenancy
from partners.backup_health import OLD, UNPROVEN, backup_health
from partners.fastsql import fetch
from partners.health import WORKER_SILENCE, Trouble, health_of, span
from partners.models import Bot
from partners.queries import vitals_of
from partners.services import incidents, runners
from partners.services.incidents import Key, Reading

WORKER = "worker"
OF_RUNNING = (Trouble.QUEUE, Trouble.ERRORS, Trouble.AI)
STANDING = (Trouble.DOWN, Trouble.TOKEN, Trouble.CONFLICT)

Readings = dict[Key, Reading]


def look(*, now: datetime, by_worker: bool) -> None:
    """Opens its own door. Whoever comes while another one looks has nothing to do."""
    readings_of_disks = _disks()
    with tenancy.all_partners():
        if by_worker:
            fetch(ALIVE, [WORKER])
        if not incidents.is_mine():
            return
        vitals.measure(now=now)
        readings = _platform(now) | readings_of_disks
        incidents.apply(readings | _bots(now, readings[Key(Trouble.RUNNER)].bad), now=now)
        operator_news.tell(incident_news.NEWS, now=now)
        operator_news.tell(application_news.NEWS, now=now)
    operator_news.mail(incident_news.NEWS, now=now)
    operator_news.mail(application_news.NEWS, now=now)


def forget(*, now: datetime) -> None:
    """Behind the operators' door."""
    vitals.forget(now=now)
    incidents.forget(now=now)


ALIVE = """
INSERT INTO partners_lifesign (name, at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at
"""
SILENT = "SELECT clock_timestamp() - at FROM partners_lifesign WHERE name = %s"


def worker_silence() -> timedelta | None:
    """None: no worker has ever been seen."""
    found = fetch(SILENT, [WORKER])
    silence: timedelta | None = found[0][0] if found else None
    return silence


def is_silent(silence: timedelta | None) -> bool:
    return silence is None or silence > WORKER_SILENCE


def _bots(now: datetime, no_runner: bool) -> Readings:
    """While no runner lives that is the incident: a thousand bots more tell nothing new."""
    readings: Readings = {}
    for bot in Bot.objects.select_related("vitals").defer("token", "me", "panel_menus", "self_test", "topics_report"):
        health = health_of(bot, vitals_of(bot), now)
        if no_runner:
            continue
        kinds = STANDING if health.stands else (*STANDING, *OF_RUNNING)
        for kind in kinds:
            reading = Reading(kind in health.troubles, health.troubles.get(kind, ""))
            readings[Key(kind, bot.partner_id)] = reading
    return readings


def _platform(now: datetime) -> Readings:
    alive = any(runner.alive for runner in runners.runners())
    wanted = Bot.objects.filter(wanted=Bot.Wanted.RUNNING).exists()
    silence = worker_silence()
    return {
        Key(Trouble.RUNNER): Reading(wanted and not alive),
        Key(Trouble.WORKER): Reading(is_silent(silence), span(silence.total_seconds()) if silence else ""),
    } | _backups(now)


def _backups(now: datetime) -> Readings:
    """A new installation has none to be old. Partners may be older than it: they are imported."""
    health = backup_health(now)
    first = MigrationRecorder.Migration.objects.aggregate(first=Min("applied"))["first"] or now
    age = now - first if health.age is None else health.age
    proven_age = now - first if health.proven_age is None else health.proven_age
    is_old = age > OLD
    return {
        Key(Trouble.BACKUP_OLD): Reading(is_old, span(age.total_seconds())),
        Key(Trouble.BACKUP_UNPROVEN): Reading(not is_old and proven_age > UNPROVEN, span(proven_age.total_seconds())),
    }


def _disks() -> Readings:
    return {Key(Trouble.DISK, subject=disk.where): Reading(disk.is_low, _free(disk)) for disk in disks()}


def _free(disk: Disk) -> str:
    return _("%(free)s GB of %(total)s GB are free") % {
        "free": round(disk.free / 2**30, 1), "total": round(disk.total / 2**30),
    }  # fmt: skip
