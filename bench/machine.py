"""Processes on their own core, a scratch database, and the numbers that the operating system keeps."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from config.backups.server import drop_database

BASE = Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0))
BOT_CORE, OTHER_CORES = CORES[:1], CORES[1:] or CORES


def describe() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{len(CORES)} cores, {memory:.0f} GiB, {platform.platform()}, Python {platform.python_version()}"


def environment(database_url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url, "DEBUG": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(*arguments: str, cores: list[int], env: dict[str, str] | None = None, ready: str = "") -> Iterator[Any]:
    """A Python process of ours on these cores; with `ready`, returns when it printed that."""
    started = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=BASE,
        env=os.environ | (env or {}),
        stdout=subprocess.PIPE if ready else subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCH_VERBOSE") else subprocess.DEVNULL,
        text=True,
    )
    os.sched_setaffinity(started.pid, cores)
    try:
        if ready:
            assert started.stdout is not None
            assert started.stdout.readline().strip() == ready
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        if started.stdout is not None:
            started.stdout.close()


def ask(port: int, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
        found: dict[str, Any] = json.load(response)
        return found


@contextlib.contextmanager
def scratch_database(url: str, name: str = "bench_curator") -> Iterator[str]:
    """An empty database on the same server; its URL. Its server processes keep off the bots' core."""
    with psycopg.connect(url, autocommit=True) as connection:
        for pid in (row[0] for row in connection.execute("SELECT pid FROM pg_stat_activity").fetchall()):
            _move(pid)
        drop_database(connection, name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _with_name(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            drop_database(connection, name)


def _move(pid: int) -> None:
    """The backend and its postmaster, whose later children inherit it."""
    with contextlib.suppress(psutil.Error, OSError):
        backend = psutil.Process(pid)
        os.sched_setaffinity(pid, OTHER_CORES)
        os.sched_setaffinity(backend.ppid(), OTHER_CORES)


def _with_name(url: str, name: str) -> str:
    head, mark, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{mark}{query}"
