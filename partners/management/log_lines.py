"""The lines of one partner's bot out of the files of all processes, in the order of their times."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = 2_000  # characters of a message on the terminal


@dataclass(frozen=True, slots=True)
class Wanted:
    partner_id: int
    since: datetime
    level: str = "DEBUG"

    def has(self, line: dict[str, Any]) -> bool:
        loud_enough = _rank(line.get("level")) >= _rank(self.level)
        return line.get("partner") == self.partner_id and loud_enough and _time(line) >= self.since


def duration(text: str) -> timedelta:
    """«90s», «15m», «1h», «2d». Raises ValueError."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if found is None:
        raise ValueError(text)
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def journal_hint(partner_id: int, since: str, *, follow: bool) -> str:
    """Where the lines are when they are not in files."""
    options = f"--since=-{since}" + (" --follow" if follow else "")
    command = f"journalctl --output=cat {options} | grep --line-buffered -F '\"partner\": {partner_id},'"
    sentence = _("LOG_DIR is not set, so the log is in systemd's journal. On each machine: %(command)s")
    return sentence % {"command": command}


def stored(directory: Path, wanted: Wanted) -> list[dict[str, Any]]:
    """Also from the files that logrotate has just put aside."""
    found = [line for file in sorted(directory.glob("*.log*")) if file.suffix != ".gz" for line in _read(file, wanted)]
    return sorted(found, key=_time)


def _read(file: Path, wanted: Wanted) -> Iterator[dict[str, Any]]:
    try:
        with file.open("rb") as opened:
            yield from _lines(opened, wanted)
    except FileNotFoundError:
        return  # rotated away meanwhile


def _lines(opened: BinaryIO, wanted: Wanted) -> Iterator[dict[str, Any]]:
    mark = f'"partner": {wanted.partner_id},'.encode()  # most lines are somebody else's, and need not be understood
    for raw in opened:
        if mark in raw and (line := _understood(raw)) is not None and wanted.has(line):
            yield line


def _understood(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
        datetime.fromisoformat(line["time"])
    except (ValueError, KeyError, TypeError):
        return None  # broken off by a full disk, say
    return line if isinstance(line, dict) else None


@dataclass(slots=True)
class Follower:
    """What is appended from now on."""

    directory: Path
    wanted: Wanted
    _at: dict[Path, tuple[int, int]] = field(default_factory=dict)  # file → its inode, how much of it is read

    def begin(self) -> None:
        for file in self.directory.glob("*.log"):
            with suppress(FileNotFoundError):  # rotated away meanwhile, here and below
                self._at[file] = (file.stat().st_ino, file.stat().st_size)

    def news(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for file in self.directory.glob("*.log"):
            with suppress(FileNotFoundError):
                found += self._appended(file)
        return sorted(found, key=_time)

    def _appended(self, file: Path) -> list[dict[str, Any]]:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            inode, position = self._at.get(file, (status.st_ino, 0))
            opened.seek(position if inode == status.st_ino and position <= status.st_size else 0)
            raw = opened.read()
            whole = raw[: raw.rfind(b"\n") + 1]  # the rest is still being written
            self._at[file] = status.st_ino, opened.tell() - len(raw) + len(whole)
        lines = (_understood(line) for line in whole.splitlines())
        return [line for line in lines if line is not None and self.wanted.has(line)]


def shown(line: dict[str, Any]) -> Sequence[str]:
    """«22.11 21:17:44 WARNING  runner   botrunner.running: …», in the operators' time; a traceback below."""
    when = timezone.localtime(_time(line)).strftime("%d.%m %H:%M:%S")
    numbers = " ".join(f"{name} {line[name]}" for name in ("update", "task") if name in line)
    place = f"{line.get('logger', '')} [{numbers}]" if numbers else str(line.get("logger", ""))
    head = f"{when} {line.get('level', ''):<8} {line.get('process', ''):<8} {place}: "
    below = [f"    {_harmless(part)}" for part in str(line.get("error", "")).splitlines()]
    return [_harmless(head + str(line.get("message", ""))), *below]


def _harmless(text: str) -> str:
    """What came from outside must not move the terminal's cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST])


def _time(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["time"])


def _rank(level: object) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
