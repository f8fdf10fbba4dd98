"""What the number is called whose people are shown."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.reports.names import BANDS, DEEDS
from analytics.reports.sequences import FINISHED
from analytics.reports.table import Behind
from funnels.milestones import NO_LINK, Did
from funnels.models import Enrollment
from funnels.services.sequences import published_sequences
from partners.models import Link


def named(behind: Behind) -> str:
    match behind.of:
        case "deed":
            return str(DEEDS[Did(behind.key)])
        case "arrived" | "cohort":
            after = _(", in week %(n)s after") % {"n": behind.aux} if behind.aux else ""
            return _("%(deed)s, of those who came on these days") % {"deed": DEEDS[Did(behind.key)]} + after
        case Did.FIRST_LINK | Did.LAST_LINK:
            return f"{_link(behind.key)}: {_after(behind)}"
        case Did.BAND:
            return f"{BANDS.get(behind.key, behind.key)}: {_after(behind)}"
        case Did.SEQUENCE:
            return f"{_sequence(behind.key)}: {_place(behind.aux)}"
        case _:
            return " → ".join(filter(None, (behind.key, behind.aux)))


def _after(behind: Behind) -> str:
    deed = DEEDS[Did(behind.aux)]
    return _("%(deed)s, of those who came on these days") % {"deed": deed}


def _link(key: str) -> str:
    if key == NO_LINK or not key.isdecimal():
        return _("Without a link")
    link = Link.objects.filter(pk=int(key)).first()
    return link.title if link else _("a link that was removed")


def _sequence(key: str) -> str:
    found = published_sequences(partner_id=None).get(key)
    return found.title if found else key


def _place(what: str) -> str:
    """See `funnels.milestones`."""
    kind, _colon, detail = what.partition(":")
    match kind:
        case "entered":
            return _("entered on these days")
        case "got":
            return _("got the message “%(message)s”") % {"message": detail}
        case "missed":
            return _("the message “%(message)s” came too late") % {"message": detail}
        case "at":
            return (
                _("wait after the message “%(message)s”") % {"message": detail} if detail else _("wait for the first")
            )
        case "left" if detail == FINISHED:
            return _("got all of it")
        case "left":
            return _("left it: %(reason)s") % {"reason": dict(Enrollment.Exit.choices).get(detail, detail)}
        case _:
            return _("at least one of it") if detail == "any" else str(DEEDS[Did(detail)])
