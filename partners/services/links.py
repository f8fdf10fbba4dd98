"""A partner's deep links: found or made by a label, with how many people they have brought. Behind the door."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from partners.models import Link
from partners.services.invitations import looks_like_token
from partners.transliteration import slug

MOST = 1_000
LONGEST_LABEL = 60
_LONGEST_CODE = 48  # leaves room for a number behind it


class TooMany(ValueError):
    """The partner has as many links as there may be."""


def link_for(*, partner_id: int, label: str, now: datetime) -> Link:
    """The link with this label or code; a new one where there is none. Raises TooMany.

    `label`: one line of 1 to LONGEST_LABEL characters.
    """
    mine = Link.objects.filter(partner_id=partner_id)
    found = mine.filter(campaign__iexact=label).first() or mine.filter(code=label).first()
    if found is not None:
        return found
    if mine.count() >= MOST:
        raise TooMany
    return Link.objects.create(
        partner_id=partner_id, code=_free_code(partner_id, label), campaign=label, created_at=now
    )


def _free_code(partner_id: int, label: str) -> str:
    code = slug(label, _LONGEST_CODE) or "link"
    if looks_like_token(code):
        code = f"link-{code}"
    taken = set(Link.objects.filter(partner_id=partner_id, code__startswith=code).values_list("code", flat=True))
    numbered = (f"{code}-{number}" for number in count(2))
    return code if code not in taken else next(other for other in numbered if other not in taken)
