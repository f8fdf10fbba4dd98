#!/usr/bin/python3
"""Releases of Curator on this server: build one beside the others, switch to it, and back if it does not get well.

curator-release build ID ARCHIVE    unpack, install its packages, collect what nginx serves; nothing else changes
curator-release place ID            point to it without starting anything
curator-release switch ID           migrate, point to it, restart, ask /readyz; else the one before runs again
curator-release back                switch to the one before
curator-release restart             the same release, after a change of its settings
curator-release list
"""

import argparse
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

NAME = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}")
KEPT = 5
STEADY = 5.0  # seconds without a complaint that count as health
PATIENCE = 90.0  # seconds until then
PAUSE = 0.5


class Failed(Exception):
    """A sentence for the person at the terminal."""


class Server:
    def __init__(self, root: Path, user: str, ready: str, steady: float, patience: float) -> None:
        home = root / "opt/curator"
        self.releases, self.venvs = home / "releases", home / "venvs"
        self.current, self.previous = home / "current", home / "previous"
        self.env, self.held = root / "etc/curator/env", root / "etc/curator/stopped"
        self.user, self.ready, self.steady, self.patience = user, ready, steady, patience

    def build(self, name: str, archive: Path) -> None:
        folder = self.folder(name)
        if is_whole(folder):
            return
        shutil.rmtree(folder, ignore_errors=True)  # half of one, from a build that was cut off
        folder.mkdir(mode=0o755, parents=True)
        run("tar", "--extract", "--file", archive, "--directory", folder, "--no-same-owner", "--no-same-permissions")
        (folder / ".venv").symlink_to(self.venv(folder / "requirements.txt"))
        (folder / ".env").symlink_to(self.env)
        (folder / ".release").write_text(f"VERSION={name}\nSTATIC_ROOT={folder / 'static'}\n")
        python = folder / ".venv/bin/python"
        run(python, "-m", "config.translations", "compile", cwd=folder)
        run(python, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", cwd=folder)
        run(python, "-m", "compileall", "-q", *(path.name for path in folder.iterdir() if is_package(path)), cwd=folder)
        (folder / ".whole").touch()

    def venv(self, requirements: Path) -> Path:
        """One per list of packages: releases that need the same share it. Only wheels: nothing is run as root."""
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
        venv = self.venvs / digest
        if not (venv / ".whole").exists():
            shutil.rmtree(venv, ignore_errors=True)
            run("/usr/bin/python3", "-m", "venv", venv)
            pip = [venv / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            run(*pip, "--only-binary", ":all:", "-r", requirements)
            (venv / ".whole").touch()
        return venv

    def place(self, name: str) -> None:
        if not is_whole(self.folder(name)):
            raise Failed(f"{name} is not built.")
        before = self.name_at(self.current)
        if before == name:
            return
        if before:
            point(self.previous, self.releases / before)
        point(self.current, self.releases / name)

    def switch(self, name: str) -> None:
        if not is_whole(self.folder(name)):
            raise Failed(f"{name} is not built.")
        self.refuse_if_held()
        self.bring_database_up(name)
        before, before_that = self.name_at(self.current), self.name_at(self.previous)
        self.place(name)
        try:
            self.restart()
        except Failed as trouble:
            if not before or before == name:
                raise
            point(self.current, self.releases / before)
            if before_that:
                point(self.previous, self.releases / before_that)
            self.restart()
            raise Failed(f"{trouble} {before} runs again; the database keeps its new shape.") from None
        self.prune()

    def refuse_if_held(self) -> None:
        if self.held.exists():
            raise Failed(f"Nothing starts here while {self.held} exists: another server runs this installation.")

    def bring_database_up(self, name: str) -> None:
        """What runs goes on meanwhile. Before the shape of a database changes, there is a backup of it."""
        if self.manage(name, "migrate", "--check", "--verbosity", "0", check=False):
            if self.name_at(self.current):
                self.manage(self.name_at(self.current), "backup")
            self.manage(name, "migrate", "--noinput", "--verbosity", "0")
        self.manage(name, "check", "--deploy", "--database", "default")
        self.manage(name, "sync_timetable")

    def back(self) -> None:
        """Without its migrations: an older release does not know the newer ones."""
        before = self.name_at(self.previous)
        if not before:
            raise Failed("There is no release before this one.")
        self.refuse_if_held()
        self.place(before)
        self.restart()

    def restart(self) -> None:
        """Bots one runner after the other: while one drains, the next has taken its bots over."""
        self.refuse_if_held()
        run("systemctl", "daemon-reload")
        run("systemctl", "start", "curator.target")
        units = self.units()
        at_once = [unit for unit in units if not unit.startswith(("curator-bots@", "nl-bot@"))]
        if at_once:
            run("systemctl", "restart", *at_once)
        for unit in units:
            if unit not in at_once:
                run("systemctl", "restart", unit)
        self.wait_until_well(units)

    def units(self) -> list[str]:
        listed = output("systemctl", "list-dependencies", "--plain", "--no-pager", "curator.target")
        return sorted(line.strip() for line in listed.splitlines() if line.strip().endswith(".service"))

    def wait_until_well(self, units: list[str]) -> None:
        end, well_since, trouble = time.monotonic() + self.patience, 0.0, ""
        while time.monotonic() < end:
            trouble = self.trouble(units)
            now = time.monotonic()
            well_since = 0.0 if trouble else well_since or now
            if well_since and now - well_since >= self.steady:
                return
            time.sleep(min(PAUSE, self.steady))
        raise Failed(f"It did not get well: {trouble or 'not for long enough'}.")

    def trouble(self, units: list[str]) -> str:
        states = dict(zip(units, output("systemctl", "is-active", *units).split(), strict=False)) if units else {}
        down = [unit for unit in units if states.get(unit) != "active"]
        if down:
            return f"{', '.join(down)} down, see journalctl -u {down[0]}"
        try:
            with urllib.request.urlopen(self.ready, timeout=5):
                return ""
        except urllib.error.HTTPError as error:
            return f"/readyz answers {error.code}: {error.read(200).decode(errors='replace').strip()}"
        except OSError:
            return "/readyz does not answer"

    def prune(self) -> None:
        kept = {self.name_at(self.current), self.name_at(self.previous), *self.names()[-KEPT:]}
        for name in self.names():
            if name not in kept:
                shutil.rmtree(self.releases / name)
        used = {os.readlink(path / ".venv") for path in self.releases.iterdir() if (path / ".venv").is_symlink()}
        for venv in self.venvs.iterdir():
            if str(venv) not in used:
                shutil.rmtree(venv)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.releases.iterdir() if NAME.fullmatch(path.name))

    def tell(self) -> None:
        marks = {self.name_at(self.previous): "before", self.name_at(self.current): "runs"}
        for name in self.names():
            print(name, marks.get(name, "" if is_whole(self.releases / name) else "not built"))

    def folder(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise Failed(f"{name} is not the name of a release.")
        return self.releases / name

    def name_at(self, link: Path) -> str:
        return Path(os.readlink(link)).name if link.is_symlink() else ""

    def manage(self, name: str, *arguments: str, check: bool = True) -> int:
        folder = self.releases / name
        command = [str(folder / ".venv/bin/python"), "manage.py", *arguments]
        if pwd.getpwuid(os.geteuid()).pw_name != self.user:
            command = ["runuser", "-u", self.user, "--", *command]
        code = subprocess.run(command, cwd=folder, check=False).returncode
        if check and code:
            raise Failed(f"manage.py {arguments[0]} of {name} failed; nothing was switched.")
        return code


def point(link: Path, target: Path) -> None:
    """At one stroke: there is no moment without it."""
    draft = link.with_name(f".{link.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)


def is_whole(folder: Path) -> bool:
    return (folder / ".whole").exists()


def is_package(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and any(path.glob("*.py"))


def run(*command: object, cwd: Path | None = None) -> None:
    if subprocess.run([str(part) for part in command], cwd=cwd, check=False).returncode:
        raise Failed(f"{command[0]} {command[1]} failed.")


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path("/"), help="another place than /, to try it out")
    parser.add_argument("--user", default="curator")
    parser.add_argument("--ready", default="http://127.0.0.1:8000/readyz")
    parser.add_argument("--steady", type=float, default=STEADY)
    parser.add_argument("--patience", type=float, default=PATIENCE)
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build")
    build.add_argument("name")
    build.add_argument("archive", type=Path)
    for verb in ("place", "switch"):
        verbs.add_parser(verb).add_argument("name")
    for verb in ("back", "restart", "list"):
        verbs.add_parser(verb)
    asked = parser.parse_args()
    server = Server(asked.root, asked.user, asked.ready, asked.steady, asked.patience)
    match asked.verb:
        case "build":
            server.build(asked.name, asked.archive)
        case "place":
            server.place(asked.name)
        case "switch":
            server.switch(asked.name)
        case "back":
            server.back()
        case "restart":
            server.restart()
        case "list":
            server.tell()
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"curator-release: {failure}")
