"""When a newcomer who does not come back is reminded of the first week. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from funnels.timing import QuietHours

STEPS = tuple(timedelta(hours=hours) for hours in (4, 12, 24, 48, 168))  # after that there is silence
STAYS = timedelta(hours=6)  # in a queue


def next_nudge(*, passed: int, since: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime | None:
    """When the first of the steps that are not `passed` is due for somebody who was last here at `since`."""
    return quiet.next_allowed(since + STEPS[passed], zone) if passed < len(STEPS) else None


def newest_step(*, passed: int, since: datetime, now: datetime) -> int | None:
    """Of the steps whose time has come, the last one: what an outage held up comes once. None: not yet."""
    due = [step for step in range(passed, len(STEPS)) if since + STEPS[step] <= now]
    return due[-1] if due else None


def expires(*, now: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """A nudge that waits in a queue is not sent into the night."""
    if quiet.start == quiet.end:
        return now + STAYS
    night = QuietHours(start=quiet.end, end=quiet.start).next_allowed(now, zone)
    return min(now + STAYS, night)
