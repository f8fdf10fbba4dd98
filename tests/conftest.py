"""The tests' servers and fences; their settings are in tests/settings.py."""

import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker

from config import embedded
from config.backups.server import drop_database
from config.celery import app
from config.embedded import postgres
from tests import canary
from tests.emptying import empty_after_each_test
from tests.settings import LOGS
from tests.template import migrated_database

TEST_DATABASE = re.compile(r"test_curator_(\d+)(_.+)?")
LOOPBACK = {"127.0.0.1", "::1", "localhost", "testserver", ""}


def pytest_configure() -> None:
    from django.conf import settings

    hypothesis.settings.register_profile("tests", deadline=None)  # a busy machine must not fail a test
    hypothesis.settings.load_profile("tests")
    app.loader.import_default_modules()  # as a worker does: tasks run where they are started
    embedded.ensure()
    if embedded.database_url(settings.DATA_DIR) == settings.DATABASE_URL:  # a server of one's own is left as it is
        do_not_sync(settings.DATA_DIR)
        empty_after_each_test()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        drop_abandoned_databases(settings.DATABASE_URL)
        drop_abandoned_logs()


def drop_abandoned_logs() -> None:
    for run in LOGS.parent.glob("*"):
        if not Path(f"/proc/{run.name}").exists():
            shutil.rmtree(run, ignore_errors=True)


CANARIES = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist has ended, and tells what it found in its logs."""
    node.config.stash.setdefault(CANARIES, []).extend(getattr(node, "workeroutput", {}).get("canaries", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last test of all: no secret, phone or message of any test stands in a log."""
    from django.conf import settings

    found = canary.search(Path(settings.LOG_DIR))
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["canaries"] = found
        return
    everywhere = session.config.stash.setdefault(CANARIES, [])
    everywhere += found
    shutil.rmtree(LOGS, ignore_errors=True)
    if everywhere:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for found in config.stash.get(CANARIES, []):
        terminalreporter.write_line(f"In the log, where it may not be: {found}", red=True)


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: more than cores, because the tests of the runner and of the browser mostly wait."""
    return (os.cpu_count() or 1) + 2


def do_not_sync(data_dir: Path) -> None:
    """Every test empties its tables, and no test's rows need to survive the machine: half the time would be fsync."""
    with psycopg.connect(postgres.superuser_conninfo(data_dir), autocommit=True) as server:
        for setting in ("fsync", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")


def drop_abandoned_databases(url: str) -> None:
    """Test databases of runs that were killed."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
        for name in names:
            match = TEST_DATABASE.fullmatch(name)
            if match and not Path(f"/proc/{match[1]}").exists():
                drop_database(connection, name)


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the network fails at once instead of hanging or, worse, passing."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in LOOPBACK:
            raise OSError(f"A test tried to connect to {address[0]}.")
        connect(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else (host or "")
        if name not in LOOPBACK:
            raise socket.gaierror(f"A test tried to look up {name}.")
        return getaddrinfo(host, *arguments, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture(autouse=True)
def _network_of_its_own() -> None:
    """Bots keep for seconds what all of them speak from, and a test stands at the same second as the one before."""
    from funnels.services.script import forget_network

    forget_network()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """pytest-django's place to say how the test databases are made."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture
def english() -> Iterator[None]:
    """For tests of sentences whose wording in Russian is the translators' own."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One headless Chromium for a module: while it lives its event loop runs, and asyncio.run() cannot."""
    import shutil

    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)

    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium)."
        pytest.fail(reason) if os.environ.get("CURATOR_REQUIRE_BROWSER") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A fresh, logged-out browser page: `page.goto(live_server.url)`."""
    context = chromium.new_context(locale="ru-RU")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
