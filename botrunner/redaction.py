"""Keeps secrets, phones and people's words out of the logs, wherever a library may put them."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator

import psycopg
import redis
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError

MASK = "•••"
TOKEN = re.compile(r"(?<!\d)(\d{5,20}):[A-Za-z0-9_-]{30,64}")
PATTERNS = (
    (TOKEN, rf"\1:{MASK}"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(r"(://)[^/\s:@]*:[^/\s@]+@"), rf"\1{MASK}@"),
    (re.compile(r"\b(Api-Key|Bearer|Basic)\s+[^\s'\",;]+", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(?<![\w-])(?:AQVN|sk-|t1\.|gAAAAA|eyJ|AGE-SECRET-KEY-)[\w.=-]{16,}"), MASK),
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|token|authorization|(?:api|private|secret)[_-]?key)[\"']?\s*[:=]\s*[\"']?)"
            r"(?!(?:Api-Key|Bearer|Basic)\s)[^\s'\",;&)}]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(/join/)(?!guide/)[^/\s]+"), rf"\1{MASK}"),  # whoever knows the link owns the application
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    # A plus and 10 to 15 digits, or 11 that begin as in Russia, however they are grouped. Telegram's ids have 10.
    (re.compile(r"(?<![\w.])\+\d(?:[\s().–-]{0,3}\d){9,14}(?!\d)"), MASK),
    (re.compile(r"(?<![\w.:/-])[78](?:[\s().–-]{0,2}\d){10}(?![\w:])"), MASK),
    # asyncio shows a forgotten task with its error, text and all.
    (re.compile(r"(exception=\w+)\(.*\)(?=>)", re.DOTALL), r"\1(…)"),
)
# Their texts tell of code and servers; those of others may quote what a person wrote, or a row.
TELLING = (
    OSError, ImportError, NameError, AttributeError, TypeError, NotImplementedError, RecursionError,
    OperationalError, InterfaceError, ProgrammingError, IntegrityError, psycopg.OperationalError,
    redis.ConnectionError, redis.TimeoutError, ImproperlyConfigured,
)  # fmt: skip
OWN = ("config", "partners", "content", "funnels", "analytics", "botrunner")
LONGEST = 300  # characters of an error's text


def redact(text: str) -> str:
    """`123456:AA…` becomes `123456:•••`: the number tells which bot, the rest is the secret."""
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def told(error: BaseException) -> str:
    """The kind of an error, and its text if that is ours or speaks of the machine. Never PostgreSQL's DETAIL lines."""
    kind = type(error).__name__
    if not isinstance(error, TELLING) and type(error).__module__.partition(".")[0] not in OWN:
        return kind
    lines = str(error).strip().splitlines()
    return redact(f"{kind}: {lines[0][:LONGEST]}") if lines else kind


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the first cause first."""
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in seen:
        seen.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return reversed(seen)


def stack(error: BaseException) -> str:
    """A traceback without values: the lines of the code, and what `told` says."""
    parts = ("".join(traceback.format_tb(one.__traceback__)) + told(one) for one in chain(error))
    return redact("\n\n".join(parts))


class RedactSecrets(logging.Filter):
    """Put on handlers, so that every logger's records pass through it; tracebacks too."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        record.msg, record.args = redact(_message(record, error)), ()
        if error is not None:
            record.exc_text = stack(error)  # formatters make no text of their own where there is one
        elif record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def _message(record: logging.LogRecord, error: BaseException | None) -> str:
    if isinstance(record.args, tuple):
        record.args = tuple(told(one) if isinstance(one, BaseException) else one for one in record.args)
    elif isinstance(record.args, dict) and "exc" in record.args:  # Celery's own words about a task that failed
        record.args |= {"exc": told(error) if error else str(record.args["exc"]).partition("(")[0]}
    return record.getMessage()
