"""How often an address may do something on the public pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from partners import throttle


@dataclass(frozen=True, slots=True)
class Rate:
    """`times` in `seconds` from the first one on."""

    name: str
    times: int
    seconds: int


def allows(rate: Rate, request: HttpRequest) -> bool:
    """Counts this one. Without Redis everybody is let in: a form that works matters more than the count."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    return not throttle.attempt(what=rate.name, whose=address, most=rate.times, seconds=rate.seconds)
