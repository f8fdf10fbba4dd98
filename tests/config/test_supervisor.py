"""The supervisor with small processes of the test's own; what it starts must be gone when it is."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from config import supervisor

WAIT = "import time; print('started', flush=True); time.sleep(600)"
POLITE = f'polite: exec python -c "{WAIT}"'
STUBBORN = f'stubborn: exec python -c "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAIT}"'
GRANDCHILD = f'parent: python -c "{WAIT}"; true'
CRASHING = 'crashing: python -c "import time; time.sleep(0.3)"; exit 3'
SLOW = "slow: exec python -c \"import time; time.sleep(0.5); print('late', flush=True); time.sleep(600)\""
LOGGED = "import time; print('10:20:30 INFO a.b: ready'); print('10:20:30', flush=True); time.sleep(600)"
LOGGING = f'logging: exec python -c "{LOGGED}"'
UNWANTED = "unwanted: exec python -c \"print('never')\""

RUN = """
import sys, pathlib
from config import supervisor
supervisor.GRACE = supervisor.honcho.manager.KILL_WAIT = 1
directory = pathlib.Path(sys.argv[1])
procfile = directory / "Procfile"
greeting = lambda: "everything answers"
sys.exit(supervisor.run(procfile, without={"unwanted"}, data_dir=directory, greeting=greeting))
"""

Started = subprocess.Popen[str]
Start = Callable[..., Started]


@pytest.fixture
def start() -> Iterator[Start]:
    """Runs a supervisor with these lines as its Procfile, and waits until they have said that they started."""
    with ExitStack() as stack:

        def run(directory: Path, *lines: str) -> Started:
            directory.mkdir(exist_ok=True)
            (directory / "Procfile").write_text("\n".join(lines) + "\n")
            command = [sys.executable, "-c", RUN, str(directory)]
            running = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            )
            stack.callback(supervisor.stop_leftovers, directory)
            stack.callback(running.kill)
            for _ in [line for line in lines if WAIT in line]:
                read_until(running, "| started\n")
            return running

        yield run


def read_until(running: Started, end: str) -> str:
    assert running.stdout
    read = ""
    for line in iter(running.stdout.readline, ""):
        read += line
        if line.endswith(end):
            return read
    return pytest.fail(f"It ended early:\n{read}")


def marked(directory: Path) -> list[int]:
    found = psutil.process_iter()
    return [process.pid for process in found if supervisor.mark(process) == str(directory)]


def end(running: Started, how: signal.Signals) -> str:
    running.send_signal(how)
    return running.communicate(timeout=120)[0]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_even_what_ignores_it(tmp_path: Path, start: Start, how: signal.Signals) -> None:
    running = start(tmp_path, POLITE, STUBBORN, GRANDCHILD)
    assert len(marked(tmp_path)) >= 4

    end(running, how)

    assert running.returncode == 0
    assert marked(tmp_path) == []


def test_processes_that_all_ignore_the_signal_are_killed(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path, STUBBORN)
    end(running, signal.SIGTERM)
    assert marked(tmp_path) == []


def test_when_one_process_ends_the_others_are_stopped_and_the_status_tells(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path, POLITE, CRASHING)

    output, _ = running.communicate(timeout=120)

    assert running.returncode == 3
    assert "crashing stopped (rc=3)" in output
    assert "ended by itself" in output
    assert marked(tmp_path) == []


def test_a_killed_supervisors_processes_are_found_and_stopped(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path, POLITE, GRANDCHILD)
    running.kill()
    running.wait(60)
    left = marked(tmp_path)
    assert left

    assert supervisor.stop_leftovers(tmp_path) == len(left)

    assert marked(tmp_path) == []


def test_processes_of_another_directory_stay(tmp_path: Path, start: Start) -> None:
    first, _second = start(tmp_path / "a", POLITE), start(tmp_path / "b", POLITE)

    supervisor.stop_leftovers(tmp_path / "a")
    first.communicate(timeout=120)

    assert len(marked(tmp_path / "b")) == 1


def test_an_unwanted_process_is_not_started(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path, POLITE, UNWANTED)
    assert "unwanted" not in end(running, signal.SIGTERM)


def test_the_greeting_comes_after_what_the_processes_say(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path, POLITE, SLOW)
    assert "| late\n" in read_until(running, "everything answers\n")


def test_the_time_of_a_line_is_shown_once(tmp_path: Path, start: Start) -> None:
    running = start(tmp_path, LOGGING)
    output = read_until(running, "everything answers\n")
    assert "| INFO a.b: ready\n" in output
    assert "| 10:20:30\n" in output  # no line of a log: somebody's words
