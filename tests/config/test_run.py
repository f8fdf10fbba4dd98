"""`make run` itself: the refusals, and once everything for real."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from django.conf import settings

from config import run, supervisor
from config.backups.server import drop_database

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(directory: Path, **more: str) -> dict[str, str]:
    """Nothing of the test's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    ports = {"LANGUAGE_CODE": "en", "PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    return {
        **kept,
        "DATA_DIR": str(directory),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "LANGUAGE_CODE": "en",
        **ports,
        **more,
    }


def run_once(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.run"],
        env=variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("setting", ["SANDBOX_PORT", "STANDIN_PORT"])
def test_an_occupied_port_is_named_in_a_sentence(tmp_path: Path, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finished = run_once(environment(tmp_path, YANDEX_STANDIN="1", **{setting: str(port)}))
    assert finished.returncode == 1
    assert f"port {port} is taken by another program" in finished.stderr
    assert f"make run {setting}=" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("value", ["99999", "0", "abc", "", "8²"])
def test_what_is_no_port_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SANDBOX_PORT", value)
    with pytest.raises(run.CannotRun, match=f"SANDBOX_PORT={value} is no port"):
        run.check_number("SANDBOX_PORT")


@pytest.mark.parametrize(("value", "starts"), [("1", True), ("0", False), ("", False)])
def test_the_stand_in_starts_only_if_asked_for(monkeypatch: pytest.MonkeyPatch, value: str, starts: bool) -> None:
    monkeypatch.setenv("YANDEX_STANDIN", value)
    monkeypatch.setenv("TELEGRAM_API_URL", "https://api.telegram.org")
    monkeypatch.setenv("SANDBOX_PORT", "8081")
    assert run.without() == ({"sandbox"} if starts else {"sandbox", "standin"})


def test_a_second_run_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with run.only_one(tmp_path):
        finished = run_once(environment(tmp_path))
    assert finished.returncode == 1
    assert "it already runs with the data in" in finished.stderr


def test_an_unreachable_database_is_a_sentence_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://curator:hidden@127.0.0.1:{free_port()}/curator"
    finished = run_once(environment(tmp_path, DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0"))
    assert finished.returncode == 1
    assert "PostgreSQL at DATABASE_URL can't be used" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "hidden" not in finished.stderr


@pytest.fixture
def bare_database() -> Iterator[str]:
    """A database that nobody has prepared: without pgvector."""
    name = f"bare_{os.getpid()}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        drop_database(server, name)


def test_a_database_without_pgvector_is_told_what_to_do(tmp_path: Path, bare_database: str) -> None:
    finished = run_once(environment(tmp_path, DATABASE_URL=bare_database, REDIS_URL="redis://127.0.0.1:1/0"))
    assert finished.returncode == 1
    assert "“vector”" in finished.stderr
    assert "prepare_database" in finished.stderr
    assert "Traceback" not in finished.stderr


class Running:
    """One `make run` with its output."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self.output = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            env=variables,
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line
            if "Curator is running" in line:
                return
        pytest.fail(f"It ended before it was ready:\n{self.output}")

    def get(self, setting: str, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.variables[setting]}{path}", timeout=10) as response:
            return int(response.status)

    def passed_checks(self) -> set[str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.variables['PORT']}/readyz", timeout=10) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
        return {name for name, found in answer["checks"].items() if found == "ok"}

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        assert self.process.stdout
        with self.process, self.process.stdout:
            if how != signal.SIGKILL:
                self.output += self.process.stdout.read()
        return self.process.returncode


@pytest.fixture
def started(servers_dir: Path) -> Iterator[Callable[[], Running]]:
    """Starts `make run` on the test's own data, any number of times; nothing of it outlives the test."""
    variables, runs = environment(servers_dir), []

    def start() -> Running:
        runs.append(Running(variables))
        runs[-1].wait_until_ready()
        return runs[-1]

    yield start
    for run_of_test in runs:
        if run_of_test.process.returncode is None:
            run_of_test.end(signal.SIGKILL)
    supervisor.stop_leftovers(servers_dir)


def working_in(directory: Path) -> list[str]:
    """The names of the processes at home somewhere under the directory: PostgreSQL and Redis."""
    found = psutil.process_iter(["name", "cwd"])
    return [process.info["name"] for process in found if (process.info["cwd"] or "").startswith(str(directory))]


def test_everything_starts_survives_a_kill_and_stops_without_a_trace(
    servers_dir: Path, started: Callable[[], Running]
) -> None:
    first = started()
    assert {"database", "migrations", "redis"} <= first.passed_checks()  # the first tick comes later
    assert first.get("PORT", "/admin/login/") == 200
    assert first.get("SANDBOX_PORT", "/") == 200
    assert {"postgres", "redis-server"} <= set(working_in(servers_dir))

    first.end(signal.SIGKILL)
    second = started()
    assert "Stopped what an earlier run had left behind." in second.output
    assert "Traceback" not in second.output

    assert second.end(signal.SIGINT) == 0
    assert supervisor.stop_leftovers(servers_dir) == 0
    assert working_in(servers_dir) == []
