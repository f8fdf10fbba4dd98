"""`manage.py sandbox` as a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.conf import settings

from botrunner.management.commands.sandbox import read_partners


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sandbox(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "sandbox", "--port", str(port)]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(data),
        "DATABASE_URL": settings.DATABASE_URL,  # or it would start servers of its own
        "REDIS_URL": settings.REDIS_URL,
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_it_serves_and_remembers(tmp_path: Path, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    with sandbox(tmp_path, port) as process:
        assert url in first_line(process)
        people = requests.get(f"{url}/api/home", timeout=10).json()["people"]
        assert {"Мария Иванова", '<b>&"'} <= {person["name"] for person in people}
        body = {"name": "Новенькая"}
        requests.post(f"{url}/api/do/new_person", json=body, timeout=10).raise_for_status()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    with sandbox(tmp_path, port) as process:
        assert url in first_line(process)
        names = [person["name"] for person in requests.get(f"{url}/api/home", timeout=10).json()["people"]]
        assert names.count("Новенькая") == 1
        assert names.count("Мария Иванова") == 1


def test_an_occupied_port_gets_a_sentence(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with sandbox(tmp_path, port) as process:
            _, complaint = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in complaint
    assert "Traceback" not in complaint


def test_unreadable_partner_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("[")
    (tmp_path / "b.yaml").write_text("just text")
    (tmp_path / "c.yaml").write_text("telegram: {bot_token: '1:AA', bot_username: anna_bot}")
    assert [partner.bot_username for partner in read_partners(tmp_path)] == ["anna_bot"]
    assert read_partners(tmp_path / "absent") == []
