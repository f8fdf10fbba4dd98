"""Whose work the lines of the log belong to. Set at the doors, read by the formatter; numbers, never texts or names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import MappingProxyType

Value = int | str | None

FIELDS = ("partner", "bot", "update", "task", "task_id")
_current: ContextVar[Mapping[str, Value]] = ContextVar("log_context", default=MappingProxyType({}))


def current() -> Mapping[str, Value]:
    return _current.get()


def begin() -> None:
    """Nothing of what was done here before."""
    _current.set({})


def add(**fields: Value) -> Token[Mapping[str, Value]]:
    """Until `reset`, or until the `bound` around it ends. None takes a field away."""
    return _current.set({**_current.get(), **fields})


def reset(token: Token[Mapping[str, Value]]) -> None:
    _current.reset(token)


@contextmanager
def bound(**fields: Value) -> Iterator[None]:
    token = add(**fields)
    try:
        yield
    finally:
        reset(token)
