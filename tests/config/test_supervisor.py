"""The supervisor with small processes of the test's own; what it starts must be gone when it is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import supervisor

POLITE = "polite: exec python -c \"import time; print('started', flush=True); time.sleep(600)\""
STUBBORN = (
    "stubborn: exec python -c \"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('started', flush=True); time.sleep(600)\""
)
GRANDCHILD = "parent: python -c \"import time; print('started', flush=True); time.sleep(600)\"; true"
CRASHING = "crashing: python -c \"import time; time.sleep(0.3)\"; exit 3"

RUN = """
import sys, pathlib
from config import supervisor
supervisor.GRACE = supervisor.honcho.manager.KILL_WAIT = 1
directory = pathlib.Path(sys.argv[1])
sys.exit(supervisor.run(directory / "Procfile", without={"unwanted"}, data_dir=directory, on_start=lambda: print("READY", flush=True)))
"""


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path) -> Iterator[None]:
    yield
    supervisor.stop_leftovers(tmp_path)


def marked(directory: Path) -> list[int]:
    return [process.pid for process in psutil.process_iter() if supervisor._mark(process) == str(directory)]


def start(directory: Path, *lines: str) -> subprocess.Popen[str]:
    (directory / "Procfile").write_text("\n".join(lines) + "\n")
    running = subprocess.Popen(
        [sys.executable, "-c", RUN, str(directory)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert running.stdout
    expected = sum("'started'" in line for line in lines)
    while expected:
        line = running.stdout.readline()
        assert line, "the supervisor ended early"
        expected -= "started\n" in line and "system" not in line
    return running


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_even_processes_that_ignore_it(tmp_path: Path, sent: signal.Signals) -> None:
    running = start(tmp_path, POLITE, STUBBORN, GRANDCHILD)
    assert len(marked(tmp_path)) >= 4

    running.send_signal(sent)
    running.communicate(timeout=20)

    assert running.returncode == 0
    assert marked(tmp_path) == []


def test_processes_that_all_ignore_the_signal_are_killed(tmp_path: Path) -> None:
    running = start(tmp_path, STUBBORN)

    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)

    assert marked(tmp_path) == []


def test_when_one_process_ends_the_others_are_stopped_and_the_status_tells(tmp_path: Path) -> None:
    running = start(tmp_path, POLITE, CRASHING)

    output, _ = running.communicate(timeout=20)

    assert running.returncode == 3
    assert "crashing stopped (rc=3)" in output
    assert marked(tmp_path) == []


def test_a_killed_supervisors_processes_are_found_and_stopped(tmp_path: Path) -> None:
    running = start(tmp_path, POLITE, GRANDCHILD)
    running.kill()
    running.wait(10)
    left = marked(tmp_path)
    assert left

    assert supervisor.stop_leftovers(tmp_path) == len(left)

    assert marked(tmp_path) == []


def test_processes_of_another_directory_stay(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = start(tmp_path / "a", POLITE), start(tmp_path / "b", POLITE)
    try:
        supervisor.stop_leftovers(tmp_path / "a")
        first.communicate(timeout=20)
        assert len(marked(tmp_path / "b")) == 1
    finally:
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=20)


def test_an_unwanted_process_is_not_started(tmp_path: Path) -> None:
    running = start(tmp_path, POLITE, "unwanted: exec python -c \"print('never')\"")
    running.send_signal(signal.SIGTERM)
    output, _ = running.communicate(timeout=20)
    assert "unwanted" not in output
