"""Processes that are killed: the real `runbots` and the real Celery worker, forked from one that has loaded them.

A start takes a tenth of a second instead of several; everything else is as if they had been started by hand.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

import django
from django.apps import apps

if not apps.ready:  # in the process that forks the others
    django.setup()

from celery.signals import task_prerun
from django.conf import settings
from django.core.management import call_command

from botrunner.management.commands import runbots as _loaded  # noqa: F401  # before the fork, not after it
from config.celery import app

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["bench.victims"])
PATIENCE = 120.0
OPTIONS = "--pool threads --concurrency 4 --without-gossip --without-mingle --loglevel WARNING"


@dataclass(frozen=True)
class World:
    """What the processes are to work with; the servers are those of the settings."""

    database: str
    telegram: str
    rate: float
    queue: str


class Victim:
    def __init__(self, work: Callable[[World, Connection], None], world: World) -> None:
        self._work, self._world = work, world

    def start(self) -> None:
        self._begun, writer = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_live, args=(self._work, self._world, writer))
        with mock.patch.dict(os.environ, DJANGO_SETTINGS_MODULE="config.settings"):
            self._process.start()
        writer.close()

    def wait_begun(self) -> None:
        """Until its first piece of work."""
        assert self._begun.poll(PATIENCE), "it never began"

    def signal(self, signum: int) -> None:
        os.kill(self._process.pid or 0, signum)

    def has_ended(self) -> bool:
        return not self._process.is_alive()

    def stop(self) -> None:
        """As a deploy does it; returns when it has ended."""
        self.signal(signal.SIGTERM)
        self._process.join()

    def kill(self) -> None:
        """kill -9, and its children with it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.kill()  # before it has a group of its own
        self._process.join()


@contextlib.contextmanager
def running(*victims: Victim) -> Iterator[None]:
    for victim in victims:
        victim.start()
    try:
        yield
    finally:
        for victim in victims:
            victim.kill()


def _live(work: Callable[[World, Connection], None], world: World, begun: Connection) -> None:
    os.setpgrp()
    settings.DATABASES["default"]["NAME"] = world.database
    settings.TELEGRAM_API_URL, settings.TELEGRAM_RATE = world.telegram, world.rate
    if not os.environ.get("BENCH_VERBOSE"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
    work(world, begun)


def run_bots(world: World, begun: Connection) -> None:
    begun.send(True)
    call_command("runbots")


def run_worker(world: World, begun: Connection) -> None:
    """As the Procfile starts it, with a queue of its own."""

    def tell(**_signal: Any) -> None:
        begun.send(True)

    task_prerun.connect(tell, weak=False)
    app.worker_main(f"--quiet worker {OPTIONS} --queues {world.queue}".split())
