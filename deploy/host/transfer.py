#!/usr/bin/python3
"""One server's part in moving an installation to another: `manage.py transfer` calls it on both over SSH.

status                 what is here, as JSON
pack                   a backup for the way, not encrypted; its name is the last line
send NAME | receive NAME            one backup through a pipe
send-settings | receive-settings    /etc/curator and Let's Encrypt's folder through a pipe
restore NAME [--moved]
hold                   stop everything, and let nothing start again, not even after a reboot
release                take that back, start, and wait until it is well
clear                  delete what was packed or received
"""

import argparse
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
SETTINGS = ("etc/curator/env", "etc/curator/tls", "etc/curator/partners", "etc/letsencrypt")


class Failed(Exception):
    """A sentence for the person at the terminal."""


class Server:
    def __init__(self, root: Path, user: str) -> None:
        self.root, self.user = root, user
        self.current = root / "opt/curator/current"
        self.held = root / "etc/curator/stopped"
        self.shelf = root / "var/lib/curator/transfer"

    def status(self) -> None:
        names = [path.name for path in self.shelf.glob("*") if NAME.fullmatch(path.name)]
        restored = self.shelf / "restored"
        state = {
            "installed": self.current.exists(),
            "held": self.held.exists(),
            "runs": self.runs(),
            "names": sorted(names),
            "restored": restored.read_text() if restored.exists() else "",
        }
        print(json.dumps(state))

    def runs(self) -> bool:
        return subprocess.run(["systemctl", "is-active", "--quiet", "curator-web.service"], check=False).returncode == 0

    def pack(self) -> None:
        self.shelf.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(self.shelf, self.user)
        before = {path.name for path in self.shelf.glob("*")}
        self.manage("backup")
        made = [path.name for path in self.shelf.glob("*") if NAME.fullmatch(path.name) and path.name not in before]
        if len(made) != 1:
            raise Failed("No backup was made.")
        print(made[0])

    def send(self, name: str) -> None:
        run("tar", "--create", "--directory", self.folder(name).parent, name)

    def receive(self, name: str) -> None:
        """It has its name only when everything is here; the sums of its files are compared when it is restored."""
        self.shelf.mkdir(mode=0o700, exist_ok=True)
        draft = self.shelf / f".partial-{name}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        run("tar", "--extract", "--no-same-owner", "--directory", draft)
        os.sync()
        (draft / name).rename(self.folder(name))
        draft.rmdir()
        run("chown", "--recursive", self.user, self.shelf)

    def send_settings(self) -> None:
        there = [path for path in SETTINGS if (self.root / path).exists()]
        run("tar", "--create", "--directory", self.root, *there)

    def receive_settings(self) -> None:
        """Names of owners are the same on both; their numbers need not be."""
        if not self.held.exists():
            raise Failed("This server is not held: its own settings would be lost.")
        run("tar", "--extract", "--same-permissions", "--directory", self.root)

    def restore(self, name: str, moved: bool) -> None:
        if not self.held.exists() or self.runs():
            raise Failed("This server is not held: its data would be replaced while it runs.")
        self.manage("restore", str(self.folder(name)), "--yes", "--replace", *(["--moved"] if moved else []))
        (self.shelf / "restored").write_text(name)

    def hold(self) -> None:
        self.held.touch()
        run("systemctl", "stop", "curator.target")
        end = time.monotonic() + 150
        while self.runs():
            if time.monotonic() > end:
                raise Failed("It does not stop.")
            time.sleep(0.2)

    def let_go(self) -> None:
        self.held.unlink(missing_ok=True)
        run(self.root / "opt/curator/bin/curator-release", "restart")

    def clear(self) -> None:
        shutil.rmtree(self.shelf, ignore_errors=True)

    def folder(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise Failed(f"{name} is not the name of a backup.")
        return self.shelf / name

    def manage(self, *arguments: str) -> None:
        """With a shelf of its own and without encryption: the key for it need not be here."""
        settings = [f"BACKUP_DIR={self.shelf}", "BACKUP_PUBLIC_KEYS="]
        command = ["env", *settings, f"{self.current}/.venv/bin/python", "manage.py", *arguments]
        if pwd.getpwuid(os.geteuid()).pw_name != self.user:
            command = ["runuser", "-u", self.user, "--", *command]
        if subprocess.run(command, cwd=self.current, stdout=sys.stderr, check=False).returncode:
            raise Failed(f"manage.py {arguments[0]} failed.")


def run(*command: object) -> None:
    words = [str(word) for word in command]
    if subprocess.run(words, check=False).returncode:
        raise Failed(f"{' '.join(words[:2])} failed.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path("/"), help="another place than /, to try it out")
    parser.add_argument("--user", default="curator")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("status", "pack", "send-settings", "receive-settings", "hold", "release", "clear"):
        verbs.add_parser(verb)
    for verb in ("send", "receive", "restore"):
        verbs.add_parser(verb).add_argument("name")
    verbs.choices["restore"].add_argument("--moved", action="store_true")
    asked = parser.parse_args()
    server = Server(asked.root, asked.user)
    match asked.verb:
        case "send" | "receive" as verb:
            getattr(server, verb)(asked.name)
        case "restore":
            server.restore(asked.name, asked.moved)
        case "release":
            server.let_go()
        case verb:
            getattr(server, verb.replace("-", "_"))()


if __name__ == "__main__":
    os.umask(0o022)
    try:
        main()
    except Failed as failure:
        sys.exit(f"curator-transfer: {failure}")
