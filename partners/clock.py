"""What time it is for the product. Only the sandbox of a development machine moves this clock, and only ahead."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Aware, in UTC."""
    return timezone.now() + ahead()


def ahead() -> timedelta:
    """How far the sandbox has moved the clock; all processes of the machine read the same file."""
    file: Path | None = settings.SANDBOX_CLOCK
    if file is not None:
        with suppress(FileNotFoundError, ValueError):
            return timedelta(seconds=float(file.read_text()))
    return timedelta(0)


def move(by: timedelta) -> None:
    """Raises RuntimeError where the clock is the real one."""
    file: Path | None = settings.SANDBOX_CLOCK
    if file is None or by < timedelta(0):
        raise RuntimeError("The clock moves only ahead, and only where DEBUG is on.")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")  # nobody reads half a number
    draft.write_text(str((ahead() + by).total_seconds()))
    draft.replace(file)
