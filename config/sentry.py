"""Errors to Sentry, if SENTRY_DSN is set: where in the code, in whose bot; no words, no addresses, no values."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk.types import Event, Hint

from botrunner.redaction import chain, redact, told
from partners import log_context

# All else is left out: requests, users, breadcrumbs, arguments of tasks, modules and whatever the next version adds.
KEPT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "server_name", "transaction")
FRAME = ("filename", "abs_path", "module", "function", "lineno", "context_line", "in_app")


def options(dsn: str, *, release: str, process: str) -> dict[str, Any]:
    return {
        "dsn": dsn,
        "release": release or None,
        "before_send": before_send,
        "include_local_variables": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "auto_session_tracking": False,
        "trace_propagation_targets": [],  # Telegram and the models learn nothing of it
        "server_name": process,
        "debug": False,
    }


def start(dsn: str, *, release: str, process: str) -> None:
    if dsn:
        sentry_sdk.init(**options(dsn, release=release, process=process))


def before_send(event: Event, hint: Hint) -> Event:
    sent: dict[str, Any] = {name: event[name] for name in KEPT if name in event}  # type: ignore[literal-required]
    sent["tags"] = {name: str(value) for name, value in log_context.current().items() if value is not None}
    if message := (event.get("logentry") or {}).get("message"):
        sent["logentry"] = {"message": message}
    if "exception" in event:
        error = (hint.get("exc_info") or (None, None, None))[1]
        texts = {type(one).__name__: told(one) for one in chain(error)} if error else {}
        sent["exception"] = {"values": [_exception(one, texts) for one in event["exception"].get("values", ())]}
    return _redacted(sent)  # type: ignore[no-any-return]


def _exception(one: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """The text as the log tells it: only if it is ours, or speaks of the machine."""
    kind = str(one.get("type"))
    frames = (one.get("stacktrace") or {}).get("frames", ())
    return {
        "type": kind,
        "module": one.get("module"),
        "value": texts.get(kind, kind).removeprefix(kind).removeprefix(": "),
        "stacktrace": {"frames": [{name: frame[name] for name in FRAME if name in frame} for frame in frames]},
    }


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case dict():
            return {name: _redacted(one) for name, one in value.items()}
        case list():
            return [_redacted(one) for one in value]
    return value
