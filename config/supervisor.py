"""honcho's manager with what it lacks for `make run`: nothing that it started outlives it, however it ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import honcho.manager
import psutil
from honcho.environ import parse_procfile

GRACE = 10  # seconds between SIGTERM and SIGKILL
MARK = "CURATOR_SUPERVISED"  # in the environment of every process that a supervisor started

honcho.manager.KILL_WAIT = GRACE


class Supervisor(honcho.manager.Manager):  # type: ignore[misc]  # honcho has no annotations
    """`on_start` runs in a thread once the processes are started."""

    def __init__(self, on_start: Callable[[], None]) -> None:
        super().__init__()
        self.on_start = on_start

    def _start(self) -> None:
        super()._start()
        if hasattr(signal, "SIGHUP"):  # the terminal was closed
            signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        threading.Thread(target=self.on_start, daemon=True).start()

    def terminate(self) -> None:
        if not self._terminating:
            # honcho counts the seconds from the first process that stops, so never, if all of them ignore SIGTERM
            killer = threading.Timer(GRACE, self.kill)
            killer.daemon = True
            killer.start()
        super().terminate()


def run(procfile: Path, *, without: set[str], data_dir: Path, on_start: Callable[[], None]) -> int:
    """Run the Procfile's processes until one ends or a signal comes; returns the exit status."""
    environment = {
        **os.environ,
        MARK: str(data_dir),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
    }
    supervisor = Supervisor(on_start)
    for name, command in parse_procfile(procfile.read_text()).processes.items():
        if name not in without:
            supervisor.add_process(name, command, env=environment, cwd=procfile.parent)
    try:
        supervisor.loop()
    finally:
        stop_leftovers(data_dir)
    asked_to_stop = supervisor.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    return 0 if asked_to_stop else supervisor.returncode or 1


def stop_leftovers(data_dir: Path) -> int:
    """Stop what a killed supervisor of this DATA_DIR left running. The mark survives every way of dying."""
    leftovers = [process for process in psutil.process_iter() if _mark(process) == str(data_dir)]
    for process in leftovers:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(leftovers, timeout=GRACE)
    for process in alive:
        _signal(process.kill)
    psutil.wait_procs(alive, timeout=GRACE)
    return len(leftovers)


def _mark(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        pass
