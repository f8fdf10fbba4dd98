"""When a partner is at work: alerts are repeated and wished reminders come then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from funnels.timing import QuietHours

REPEAT_AFTER = timedelta(minutes=15)
REMIND_AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From `start` until just before `end` on the partner's clock, also across midnight; equal: at any time."""

    start: time
    end: time
    zone: ZoneInfo

    def next(self, at: datetime) -> datetime:
        """The first moment from `at` on at which the partner is at work, in UTC."""
        return QuietHours(start=self.end, end=self.start).next_allowed(at, self.zone)

    def repeat_at(self, raised_at: datetime) -> datetime:
        """When an alert of this moment is told again if nobody has handled it by then."""
        return self.next(raised_at + REPEAT_AFTER)

    def remind_at(self, asked_at: datetime) -> datetime:
        """«Напомнить через 3 ч» in the evening means the next morning, not the night."""
        return self.next(asked_at + REMIND_AFTER)
