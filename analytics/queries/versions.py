"""The versions of the funnel, as reports name them."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.tables.funnel import Version
from funnels.loader import FunnelFileError
from funnels.models import FunnelVersion
from funnels.services.script import definition


def versions(entered: Mapping[int, int], also: int | None = None) -> list[Version]:
    """Those that were seen, the most seen first, and the one asked for, if the door shows it."""
    wanted = {*entered, *([also] if also else [])}
    published = FunnelVersion.objects.filter(kind=FunnelVersion.Kind.FUNNEL, status=FunnelVersion.Status.PUBLISHED)
    rows = published.filter(pk__in=wanted).select_related("partner").defer("text")
    found = [_version(row, entered.get(row.pk, 0)) for row in rows]
    return sorted(found, key=lambda one: (-one.entered, -one.pk))


def _version(row: FunnelVersion, entered: int) -> Version:
    published = row.published_at.date() if row.published_at else None
    return Version(row.pk, str(row), published, row.partner.name if row.partner else "", entered, address="")


def titles_of(version: int) -> dict[str, str]:
    """Of the screens; what the text does not name is called by its key, and so is all of a text of an old format."""
    try:
        return {key: step.title or key for key, step in definition(version).steps.items()}
    except FunnelFileError:
        return {}
