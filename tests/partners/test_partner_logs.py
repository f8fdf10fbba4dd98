"""`manage_partners logs ID`: one bot out of the files of all processes."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from partners.management.commands.manage_partners import Command
from partners.management.log_lines import Wanted, duration, stored
from partners.models import Partner
from tests.factories import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def logs(tmp_path: Path, settings: Settings) -> Path:
    settings.LOG_DIR = str(tmp_path)
    return tmp_path


def line(partner: Partner | None, message: str, *, minutes: float = 1, **fields: Any) -> str:
    at = timezone.now() - timedelta(minutes=minutes)
    whose = {"partner": partner.pk} if partner else {}
    head = {"time": at.isoformat(), "level": "INFO", "logger": "any", "process": "runner"}
    return json.dumps(head | whose | fields | {"message": message}, ensure_ascii=False) + "\n"


def run(*arguments: str, command: Command | None = None) -> str:
    out = StringIO()
    call_command(command or Command(), "logs", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def messages(shown: str) -> list[str]:
    return [row.rpartition(": ")[2] for row in shown.splitlines()]


def test_lines_of_all_processes_in_their_order_and_of_nobody_else(logs: Path) -> None:
    anna, boris = make_partner("anna"), make_partner("boris")
    (logs / "runner.log").write_text(line(anna, "second", minutes=4) + line(boris, "not hers") + line(None, "nobody's"))
    (logs / "worker.log").write_text(line(anna, "third", minutes=3, process="worker", task="funnels.tasks.x"))
    (logs / "runner.log.1").write_text(line(anna, "first", minutes=50) + line(anna, "too old", minutes=61))
    (logs / "runner.log.2.gz").write_bytes(b'"partner": 1,')
    shown = run("anna")
    assert messages(shown) == ["first", "second", "third"]
    assert "worker   any [task funnels.tasks.x]: third" in shown.splitlines()[2]
    assert messages(run("anna", "--since", "2h"))[0] == "too old"
    assert run("boris", "--since", "10s").strip() != ""
    assert "not hers" not in run("boris", "--since", "10s")


def test_a_level_and_the_traceback_below(logs: Path) -> None:
    anna = make_partner("anna")
    error = line(anna, "broke", level="ERROR", error='  File "x.py", line 1\n\x1b[31mValueError')
    (logs / "ai.log").write_text(line(anna, "quiet") + error)
    shown = run("anna", "--level", "WARNING").splitlines()
    assert [row.strip() for row in shown[1:]] == ['File "x.py", line 1', "[31mValueError"]
    assert shown[0].endswith("broke")


@given(tail=st.binary(max_size=60))
def test_whatever_else_is_in_a_file_does_not_stop_it(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    directory = tmp_path_factory.mktemp("logs")
    at = timezone.now()
    good = json.dumps({"time": at.isoformat(), "level": "INFO", "partner": 3, "message": "good"}).encode()
    (directory / "x.log").write_bytes(
        tail + b'\n{"partner": 3, "time"\n["partner": 3,]\n' + good + b'\n{"partner": 3, ' + tail
    )
    assert [one["message"] for one in stored(directory, Wanted(3, at))] == ["good"]


def test_following_goes_on_over_a_rotation(logs: Path) -> None:
    anna = make_partner("anna")
    file = logs / "runner.log"
    file.write_text(line(anna, "before"))

    def rotate() -> None:
        file.rename(logs / "runner.log.1")
        file.write_text(line(anna, "after the rotation"))

    def half() -> None:
        with file.open("a") as opened:
            opened.write(line(anna, "in two halves")[:-9])

    def rest() -> None:
        with file.open("a") as opened:
            opened.write(line(anna, "in two halves")[-9:])
        (logs / "ai.log").write_text(line(anna, "a new process") + line(make_partner(), "not hers"))

    def stop() -> None:
        raise KeyboardInterrupt

    acts = iter([rotate, half, rest, stop])
    command = Command()
    command.sleep = lambda _seconds: next(acts)()
    shown = messages(run("anna", "--follow", command=command))
    assert shown[:2] == ["before", "after the rotation"]
    assert sorted(shown[2:]) == ["a new process", "in two halves"]


def test_a_file_that_is_gone_between_two_looks_is_no_error(logs: Path) -> None:
    make_partner("anna")
    (logs / "worker.log").symlink_to(logs / "rotated away")
    looks = iter([True, False])

    def sleep(_seconds: float) -> None:
        if not next(looks):
            raise KeyboardInterrupt

    command = Command()
    command.sleep = sleep
    assert run("anna", "--follow", command=command) == ""


def test_without_files_it_tells_where_the_lines_are(settings: Settings) -> None:
    anna = make_partner("anna")
    settings.LOG_DIR = ""
    with pytest.raises(CommandError) as refused:
        run("anna", "--since", "2h", "--follow")
    hint = f"journalctl --output=cat --since=-2h --follow | grep --line-buffered -F '\"partner\": {anna.pk},'"
    assert hint in str(refused.value)
    assert f'"partner": {anna.pk},' in line(anna, "")


@pytest.mark.parametrize("arguments", [(), ("anna", "boris"), ("nobody",), ("anna", "--since", "soon"), ("--all",)])
@pytest.mark.usefixtures("logs")
def test_unclear_questions(arguments: tuple[str, ...]) -> None:
    make_partner("anna"), make_partner("boris")
    with pytest.raises(CommandError):
        run(*arguments)


@pytest.mark.usefixtures("logs")
def test_nothing_to_show_is_said() -> None:
    make_partner("anna")
    assert run("anna").strip()


def test_durations() -> None:
    assert duration("90s") == timedelta(seconds=90)
    assert duration("2d") == timedelta(days=2)
