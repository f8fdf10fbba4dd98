"""curator-release itself, with releases of a few lines: what it builds, switches to, and goes back from."""

from __future__ import annotations

import hashlib
import io
import os
import pwd
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / "deploy" / "host" / "release.py"
OLD, NEW = "2026-11-01-000000000001", "2026-11-22-000000000002"
UNITS = ("curator-web.service", "curator-bots@1.service", "curator-bots@2.service")
# Notes what it is asked for; a word in the file `fails` of its release makes that command fail.
MANAGE = """\
import os, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here.parents[1] / "asked", "a") as file:
    print(here.name[-1], *sys.argv[1:], file=file)
fails = here / "fails"
sys.exit(1 if fails.exists() and " ".join(sys.argv[1:3]) in fails.read_text().splitlines() else 0)
"""


class Machine:
    """A server in a folder. It is ready unless the release that is current has a file `ill`."""

    def __init__(self, root: Path) -> None:
        self.home = root / "opt/curator"
        self.programs = root / "programs"
        self.programs.mkdir(parents=True)
        shutil.copy(HERE / "standins" / "systemctl", self.programs / "systemctl")
        (self.programs / "state").mkdir()
        (self.programs / "state" / "units").write_text("curator.target\n" + "".join(f"  {unit}\n" for unit in UNITS))
        venv = self.home / "venvs" / hashlib.sha256(b"").hexdigest()[:16]
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(sys.executable)
        (venv / ".whole").touch()
        self.root, machine = root, self

        class Ready(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(503 if (machine.home / "current" / "ill").exists() else 200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.web = ThreadingHTTPServer(("127.0.0.1", 0), Ready)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()

    def do(self, *words: str, patience: str = "20") -> subprocess.CompletedProcess[str]:
        options = ["--root", str(self.root), "--user", pwd.getpwuid(os.geteuid()).pw_name, "--steady", "0"]
        options += ["--ready", f"http://127.0.0.1:{self.web.server_address[1]}/readyz", "--patience", patience]
        path = f"{self.programs}:{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, PROGRAM, *options, *words],
            env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def build(self, name: str, **files: str) -> None:
        archive = self.root / "code.tar"
        every = {"requirements.txt": "", "manage.py": MANAGE, "config/translations.py": "", **files}
        with tarfile.open(archive, "w") as tar:
            for path, text in every.items():
                entry = tarfile.TarInfo(path)
                entry.size = len(text.encode())
                tar.addfile(entry, io.BytesIO(text.encode()))
        done = self.do("build", name, str(archive))
        assert done.returncode == 0, done.stderr

    @property
    def current(self) -> str:
        return os.readlink(self.home / "current").rpartition("/")[2]

    @property
    def told(self) -> list[str]:
        return (self.programs / "state" / "told").read_text().splitlines()

    @property
    def asked(self) -> list[str]:
        return (self.home / "asked").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.web.shutdown()
    made.web.server_close()


@pytest.fixture
def running(machine: Machine) -> Machine:
    machine.build(OLD)
    assert machine.do("switch", OLD).returncode == 0
    (machine.home / "asked").unlink()
    (machine.programs / "state" / "told").unlink()
    return machine


def test_a_release_is_built_beside_the_others_and_only_once(machine: Machine) -> None:
    machine.build(OLD)
    folder = machine.home / "releases" / OLD
    assert not (machine.home / "current").exists()
    assert (folder / ".release").read_text() == f"VERSION={OLD}\nSTATIC_ROOT={folder}/static\n"
    assert os.readlink(folder / ".env") == str(machine.root / "etc/curator/env")
    assert machine.asked == ["1 collectstatic --noinput --verbosity 0"]
    machine.build(OLD)
    assert len(machine.asked) == 1


def test_half_a_build_is_no_release(machine: Machine) -> None:
    machine.build(OLD)
    (machine.home / "releases" / OLD / ".whole").unlink()
    assert "is not built" in machine.do("switch", OLD).stderr
    machine.build(OLD)
    assert machine.do("switch", OLD).returncode == 0


def test_runners_restart_one_after_the_other(running: Machine) -> None:
    running.build(NEW)
    assert running.do("switch", NEW).returncode == 0
    assert running.current == NEW
    assert running.told == [
        "daemon-reload ", "start curator.target", "restart curator-web.service",
        "restart curator-bots@1.service", "restart curator-bots@2.service",
    ]  # fmt: skip


def test_what_does_not_get_well_goes_back(running: Machine) -> None:
    running.build(NEW, ill="")
    done = running.do("switch", NEW, patience="0.5")
    assert done.returncode == 1
    assert "/readyz answers 503" in done.stderr
    assert f"{OLD} runs again" in done.stderr
    assert running.current == OLD
    assert running.told.count("restart curator-web.service") == 2


def test_a_unit_that_is_down_is_named(running: Machine) -> None:
    (running.programs / "state" / "curator-bots@2.service.down").touch()
    done = running.do("restart", patience="0.5")
    assert (done.returncode, "curator-bots@2.service down" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", ["migrate --noinput", "check --deploy"])
def test_what_fails_before_the_switch_changes_nothing(running: Machine, command: str) -> None:
    running.build(NEW, fails=f"migrate --check\n{command}\n")
    done = running.do("switch", NEW)
    assert (done.returncode, "nothing was switched" in done.stderr) == (1, True)
    assert running.current == OLD
    assert not (running.programs / "state" / "told").exists()


def test_before_a_migration_there_is_a_backup(running: Machine) -> None:
    running.build(NEW, fails="migrate --check\n")
    (running.home / "asked").unlink()
    assert running.do("switch", NEW).returncode == 0
    assert [line.split(" --")[0] for line in running.asked] == [
        "2 migrate", "1 backup", "2 migrate", "2 check", "2 sync_timetable",
    ]  # fmt: skip


def test_without_a_backup_no_migration(running: Machine) -> None:
    (running.home / "releases" / OLD / "fails").write_text("backup\n")
    running.build(NEW, fails="migrate --check\n")
    assert running.do("switch", NEW).returncode == 1
    assert not any("--noinput --verbosity" in line and "migrate" in line for line in running.asked)
    assert running.current == OLD


@pytest.mark.parametrize("words", [("switch", OLD), ("restart",), ("back",)])
def test_a_server_that_was_moved_away_from_starts_nothing(running: Machine, words: tuple[str, ...]) -> None:
    running.build(NEW)
    running.do("switch", NEW)
    (running.programs / "state" / "told").unlink()
    (running.root / "etc/curator").mkdir(parents=True)
    (running.root / "etc/curator/stopped").touch()
    assert "another server runs" in running.do(*words).stderr
    assert running.current == NEW
    assert not (running.programs / "state" / "told").exists()


def test_back_is_one_word(running: Machine) -> None:
    running.build(NEW)
    running.do("switch", NEW)
    assert running.do("back").returncode == 0
    assert running.current == OLD
    assert running.do("list").stdout.splitlines() == [f"{OLD} runs", f"{NEW} before"]


def test_old_releases_go_and_what_may_be_needed_stays(running: Machine) -> None:
    names = [f"2026-11-{day}-{day:012x}" for day in range(10, 16)]
    for name in names:
        running.build(name)
    assert running.do("switch", names[-1]).returncode == 0
    left = {path.name for path in (running.home / "releases").iterdir()}
    assert left == {OLD, *names[-5:]}


@pytest.mark.parametrize("name", ["../../etc", "current", "-r", "2026-11-22-000000000002/.."])
def test_only_names_of_releases_are_names(machine: Machine, name: str) -> None:
    assert machine.do("switch", "--", name).returncode == 1
