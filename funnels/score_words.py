"""A line of the score as a sentence for people: «+20 оставил(а) телефон, 3 ч назад». Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from funnels.scoring import Band, ScoreLine

MINUS = "\u2212"


def explain(line: ScoreLine, now: datetime) -> str:
    points = f"+{line.points}" if line.points >= 0 else f"{MINUS}{-line.points}"
    reason = REASONS[line.reason](line.count)
    if line.reason == "silence":
        return f"{points} {reason}"
    return f"{points} {reason}, {ago(line.last_at, now)}"


def ago(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds()) // 60
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(n)s min ago") % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(n)s h ago") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}


BANDS: dict[Band, Callable[[], str]] = {
    "cold": lambda: _("cold"),
    "warm": lambda: _("warm"),
    "hot": lambda: _("hot"),
    "very_hot": lambda: _("very hot"),
}

REASONS: dict[str, Callable[[int], str]] = {
    "intent_client": lambda count: _("is interested in the products"),
    "intent_business": lambda count: _("is interested in earning"),
    "intent_curious": lambda count: _("wants to know more"),
    "goal_10_30k": lambda count: _("wants to earn 10–30 thousand a month"),
    "goal_50_100k": lambda count: _("wants to earn 50–100 thousand a month"),
    "goal_200k_plus": lambda count: _("wants to earn 200 thousand a month and more"),
    "goal_unsure": lambda count: _("does not know yet how much to earn"),
    "step": lambda count: ngettext("saw %(n)s screen", "saw %(n)s screens", count) % {"n": count},
    "link": lambda count: ngettext("followed a link %(n)s time", "followed links %(n)s times", count) % {"n": count},
    "message": lambda count: ngettext("wrote %(n)s message", "wrote %(n)s messages", count) % {"n": count},
    "phone": lambda count: _("left a phone number"),
    "email": lambda count: _("left an e-mail address"),
    "silence": lambda count: ngettext("silent for %(n)s day", "silent for %(n)s days", count) % {"n": count},
}
