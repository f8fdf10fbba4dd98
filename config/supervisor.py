"""honcho's manager with what it lacks for `make run`: nothing that it started outlives it."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import honcho.manager
import psutil
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

GRACE = 10  # seconds between SIGTERM and SIGKILL
SILENCE, MOST_PATIENCE = 1.5, 8  # seconds
MARK = "CURATOR_SUPERVISED"  # in the environment of every process that a supervisor started

OWN_TIME = re.compile(r"^\d\d:\d\d:\d\d (?=[A-Z])", re.MULTILINE)

honcho.manager.KILL_WAIT = GRACE


def _text(data: bytes | str) -> str:
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data


class Output(Printer):
    """Knows how long nobody has printed anything."""

    written_at = 0.0

    def write(self, message: Message) -> None:
        """The time stands before the process's name already; a line of its log begins with the same one."""
        super().write(message._replace(data=OWN_TIME.sub("", _text(message.data))))
        self.written_at = time.monotonic()

    def wait_for_silence(self) -> None:
        """At most MOST_PATIENCE seconds."""
        begun = time.monotonic()
        while time.monotonic() < min(max(self.written_at, begun) + SILENCE, begun + MOST_PATIENCE):
            time.sleep(0.1)


class Supervisor(honcho.manager.Manager):
    """`greeting` waits until everything answers; its text comes after what the processes say at first."""

    def __init__(self, greeting: Callable[[], str]) -> None:
        self.output = Output(sys.stdout)
        super().__init__(self.output)
        self.greeting = greeting

    def _start(self) -> None:
        super()._start()
        if hasattr(signal, "SIGHUP"):  # the terminal was closed
            signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        threading.Thread(target=self._greet, daemon=True).start()

    def _greet(self) -> None:
        text = self.greeting()
        self.output.wait_for_silence()
        print(text, flush=True)

    def terminate(self) -> None:
        if not self._terminating:
            # honcho counts from the first process that stops: never, if all of them ignore SIGTERM
            killer = threading.Timer(GRACE, self.kill)
            killer.daemon = True
            killer.start()
        super().terminate()


def run(procfile: Path, *, without: set[str], data_dir: Path, greeting: Callable[[], str]) -> int:
    """Run the Procfile's processes until one ends or a signal comes; returns the exit status."""
    environment = {
        **os.environ,
        MARK: str(data_dir),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
    }
    supervisor = Supervisor(greeting)
    for name, command in parse_procfile(procfile.read_text()).processes.items():
        if name not in without:
            supervisor.add_process(name, command, env=environment, cwd=procfile.parent)
    try:
        supervisor.loop()
    finally:
        stop_leftovers(data_dir)
    asked_to_stop = supervisor.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    if not asked_to_stop:
        print("make run: a process ended by itself (the first one “stopped” above), so all were stopped.", flush=True)
    return 0 if asked_to_stop else supervisor.returncode or 1


def stop_leftovers(data_dir: Path) -> int:
    """Stop what a killed supervisor of this DATA_DIR left running. The mark survives every way of dying."""
    leftovers = [process for process in psutil.process_iter() if mark(process) == str(data_dir)]
    for process in leftovers:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(leftovers, timeout=GRACE)
    for process in alive:
        _signal(process.kill)
    psutil.wait_procs(alive, timeout=GRACE)
    return len(leftovers)


def mark(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


def _signal(send: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        send()
