"""Trouble on order, for tests: errors, lost answers, cut connections, latency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import ApiError


@dataclass(slots=True)
class Fault:
    """Met by the next `times` calls of `method` (any method when empty) of `bot_id` (any when None).

    kind: `error` answers with an error; `drop` cuts the connection before anything is done;
    `lose` does the work and then cuts the connection, so that the caller cannot know.
    """

    kind: str
    method: str = ""
    times: int = 1
    bot_id: int | None = None
    code: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None

    def error(self) -> ApiError:
        parameters = {} if self.retry_after is None else {"retry_after": self.retry_after}
        return ApiError(self.code, self.description, **parameters)


@dataclass(slots=True)
class Faults:
    latency: float = 0.0
    planned: list[Fault] = field(default_factory=list)

    def take(self, method: str, bot_id: int) -> Fault | None:
        fault = next(self._matching(method, bot_id), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.planned.remove(fault)
        return fault

    def _matching(self, method: str, bot_id: int) -> Iterator[Fault]:
        for fault in self.planned:
            if fault.method.lower() in ("", method.lower()) and fault.bot_id in (None, bot_id):
                yield fault
