"""`transfer` between two servers in folders, over a real sshd. What stands in: manage.py, whose backup and restore
have tests of their own, and systemd."""

from __future__ import annotations

import json
import os
import pwd
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from deploy.moving import Move, Server
from deploy.wish import Refused, Target

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / "deploy" / "host" / "transfer.py"
# A backup is a copy of the file `data`, and what is restored is one; the file `fails` names what does not work.
MANAGE = """\
import os, pathlib, sys
root, shelf = pathlib.Path(__file__).parents[4], pathlib.Path(os.environ["BACKUP_DIR"])
assert os.environ["BACKUP_PUBLIC_KEYS"] == ""
if (root / "fails").exists() and (root / "fails").read_text() == sys.argv[1]:
    sys.exit(1)
if sys.argv[1] == "backup":
    folder = shelf / f"2026-11-22T00000{len(list(shelf.iterdir()))}Z"
    folder.mkdir()
    (folder / "data").write_bytes((root / "data").read_bytes())
else:
    (root / "data").write_bytes((pathlib.Path(sys.argv[2]) / "data").read_bytes())
    (root / "how").write_text(" ".join(sys.argv[3:]))
"""
SYSTEMCTL = """\
#!/bin/sh
root=$(cat "$(dirname "$0")/who")
case $1 in
    is-active) [ -e "$root/runs" ] ;;
    stop) rm -f "$root/runs" ;;
esac
"""
STARTER = """\
#!/bin/sh
root=$(dirname "$0")/../../..
if [ -e "$root/fails" ] && [ "$(cat "$root/fails")" = start ]; then exit 1; fi
touch "$root/runs"
echo >>"$root/starts"
"""


class Here(Server):
    """Without ssh in between, which costs a second a test; the whole move goes through it once."""

    def command(self, *words: str) -> list[str]:
        return [*self.program, *words]


class Machine:
    def __init__(self, root: Path, target: Target, *, runs: bool) -> None:
        self.root = root
        for folder in ("opt/curator/releases/r/.venv/bin", "opt/curator/bin", "etc/curator/tls", "var/lib/curator"):
            (root / folder).mkdir(parents=True)
        release = root / "opt/curator/releases/r"
        (release / ".venv/bin/python").symlink_to(sys.executable)
        (release / "manage.py").write_text(MANAGE)
        (root / "opt/curator/current").symlink_to(release)
        for path, text in (("opt/curator/bin/curator-release", STARTER), ("bin/systemctl", SYSTEMCTL)):
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
            (root / path).chmod(0o755)
        (root / "bin/who").write_text(str(root))
        self.env.write_text(f"SECRET_KEY={root.name}\n")
        self.env.chmod(0o640)
        (root / "data").write_text(root.name)
        (root / ("runs" if runs else "etc/curator/stopped")).touch()
        user = pwd.getpwuid(os.geteuid()).pw_name
        path = f"PATH={root}/bin:{os.environ['PATH']}"
        words = ("env", path, sys.executable, str(PROGRAM), "--root", str(root), "--user", user)
        self.server, self.over_ssh = Here(target, words), Server(target, words)

    @property
    def env(self) -> Path:
        return self.root / "etc/curator/env"

    @property
    def runs(self) -> bool:
        return (self.root / "runs").exists()

    def fails(self, what: str) -> None:
        (self.root / "fails").write_text(what)


@pytest.fixture
def old(server: Target, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "old", server, runs=True)


@pytest.fixture
def new(server: Target, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "new", server, runs=False)


@pytest.fixture
def move(old: Machine, new: Machine) -> Move:
    ticks = iter(range(1000))
    return Move(old.server, new.server, lambda: float(next(ticks)), lambda _text: None)


def test_a_rehearsal_stops_nobody(move: Move, old: Machine, new: Machine) -> None:
    move.look()
    assert move.rehearse() > 0
    assert (old.runs, new.runs) == (True, False)
    assert (new.root / "data").read_text() == "old"
    assert (new.root / "how").read_text() == "--yes --replace"
    assert (new.env.read_text(), new.env.stat().st_mode & 0o777) == ("SECRET_KEY=old\n", 0o640)


def test_a_move_takes_the_last_state_and_leaves_the_old_one_stopped(move: Move, old: Machine, new: Machine) -> None:
    move.old, move.new = old.over_ssh, new.over_ssh
    move.rehearse()
    (old.root / "data").write_text("newer")
    assert move.move() > 0
    assert (old.runs, new.runs) == (False, True)
    assert (new.root / "data").read_text() == "newer"
    assert (new.root / "how").read_text() == "--yes --replace --moved"
    assert (old.root / "etc/curator/stopped").exists()
    assert not (new.root / "etc/curator/stopped").exists()
    assert set(move.seconds) == {"stopping", "packing", "copying", "restoring and comparing", "starting"}
    move.clear()
    assert not (new.root / "var/lib/curator/transfer").exists()


@pytest.mark.parametrize(("where", "what"), [("old", "backup"), ("new", "restore")])
def test_what_fails_before_the_start_lets_the_old_one_go_on(
    move: Move, old: Machine, new: Machine, where: str, what: str
) -> None:
    {"old": old, "new": new}[where].fails(what)
    with pytest.raises(Refused):
        move.move()
    assert (old.runs, new.runs) == (True, False)
    {"old": old, "new": new}[where].fails("")
    move.look()
    move.move()  # once more, and nothing of the first try is in the way
    assert (old.runs, new.runs) == (False, True)


def test_once_the_new_one_was_told_to_start_the_old_one_stays_stopped(move: Move, old: Machine, new: Machine) -> None:
    """It may have answered people: going back by itself would lose that."""
    new.fails("start")
    with pytest.raises(Refused):
        move.move()
    assert (old.runs, (old.root / "etc/curator/stopped").exists()) == (False, True)


def test_a_move_that_was_cut_off_goes_on_from_there(move: Move, old: Machine, new: Machine) -> None:
    old.server.do("hold")
    assert move.look()["held"]
    move.move()
    assert (old.runs, new.runs) == (False, True)


def test_a_server_that_runs_is_not_replaced(move: Move, new: Machine) -> None:
    (new.root / "runs").touch()
    with pytest.raises(Refused, match="runs an installation"):
        move.look()
    for words in (["restore", "2026-11-22T000000Z"], ["receive-settings"]):
        (new.root / "etc/curator/stopped").unlink(missing_ok=True)
        with pytest.raises(Refused):
            new.server.do(*words)
    assert (new.root / "data").read_text() == "new"


def test_half_a_copy_has_no_name(new: Machine) -> None:
    with pytest.raises(Refused):
        new.server.do("receive", "2026-11-22T000000Z")  # nothing comes
    assert json.loads(new.server.do("status"))["names"] == []


@pytest.mark.parametrize("name", ["../x", "latest", "a;b"])
def test_only_names_of_backups_are_names(old: Machine, name: str) -> None:
    with pytest.raises(Refused):
        old.server.do("send", name)


@pytest.mark.parametrize("names", [("a", "a"), ("a", "x;id"), ("a", "@local")])
def test_what_makes_no_move_is_refused(names: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("transfer", *names)
