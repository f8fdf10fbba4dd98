"""Lines of the log: JSON for machines, text for a terminal. What may stand in them says botrunner.redaction."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from logging.handlers import WatchedFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from partners import log_context

LINES = {"json": "config.logs.JsonLines", "text": "config.logs.TextLines"}
# at INFO they print addresses, and a Bot API address contains the token
TALKATIVE = ("httpx", "httpcore", "telegram", "aiohttp", "urllib3")
# at INFO a line for every tick, day and night
TICKING = ("celery.beat", "celery.worker.strategy", "celery.app.trace")
# they bring handlers of their own, which would print every line a second time and unmasked
CHATTY = ("django", "django.server", "uvicorn", "uvicorn.error")


class JsonLines(logging.Formatter):
    """One object per line, with these fields only: `extra` and arguments of other libraries stay out."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": self.process,
            **{name: value for name, value in log_context.current().items() if value is not None},
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["error"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """«18:17:44 WARNING botrunner.running [partner 3 bot 7]: …»"""

    def __init__(self, process: str) -> None:
        super().__init__(datefmt="%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in log_context.current().items() if value is not None}
        whose = " ".join(f"{name} {value}" for name, value in fields.items() if name != "task_id")
        place = f"{record.name} [{whose}]" if whose else record.name
        return f"{self.formatTime(record, self.datefmt)} {record.levelname} {place}: {record.message}"


class LogFile(WatchedFileHandler):
    """Appended to by every process of its kind; logrotate may take the file away at any time."""

    def __init__(self, directory: str, process: str) -> None:
        Path(directory).mkdir(parents=True, exist_ok=True)
        super().__init__(Path(directory) / f"{process}.log", encoding="utf-8", delay=True)


def tell_of_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """As sys.excepthook of a service: Python's own would print the error with its text, past the filter."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(__name__).critical("the process ends", exc_info=(kind, error, trace))


def process_kind(argv: Sequence[str]) -> str:
    """web, runner, worker, ai (and other workers named NAME@%h), beat, sandbox; of other commands their name."""
    program, *arguments = argv or [""]
    if "celery" in program:
        if "beat" in arguments:
            return "beat"
        hostname = next((then for word, then in pairwise(arguments) if word == "--hostname"), "")
        return hostname.partition("@")[0] or "worker"
    if "uvicorn" in program:
        return "web"
    command = next((word for word in arguments if not word.startswith("-")), "") if "manage" in program else ""
    name = {"runbots": "runner", "runserver": "web"}.get(command, command)
    return name if name.isidentifier() else "command"


def configuration(*, line: str, directory: str, process: str) -> dict[str, Any]:
    """For logging.config.dictConfig. Each handler has the filter: every logger's records pass through it."""
    if line not in LINES:
        raise ImproperlyConfigured(f"LOG_FORMAT={line} is not known. Write json or text.")
    handlers: dict[str, Any] = {"stderr": {"class": "logging.StreamHandler", "formatter": line}}
    if directory:
        handlers["file"] = {
            "()": "config.logs.LogFile", "formatter": "json", "directory": directory, "process": process
        }  # fmt: skip
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": "botrunner.redaction.RedactSecrets"}},
        "formatters": {name: {"()": kind, "process": process} for name, kind in LINES.items()},
        "handlers": {name: handler | {"filters": ["redact"]} for name, handler in handlers.items()},
        "root": {"handlers": list(handlers), "level": "INFO"},
        "loggers": {
            **{name: {"level": "WARNING"} for name in (*TALKATIVE, *TICKING)},
            **{name: {"handlers": [], "propagate": True} for name in CHATTY},
            "uvicorn.access": {"handlers": [], "propagate": False},  # addresses tell who did what; the proxy has them
        },
    }
