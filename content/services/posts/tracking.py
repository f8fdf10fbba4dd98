"""The links of a post: /p/<token> counts the press for its post and leads on to the partner's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer

from content.models import Post, PostEvent
from content.posts.kinds import LINKS
from content.services.posts.totals import recount
from partners.models import Partner


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a link stands for. It carries no address: that is looked up when it is followed."""

    partner_id: int
    post_id: int
    slot: str


def _signer() -> Signer:
    return Signer(salt="content.posts")


def post_links(post: Post) -> Mapping[str, str]:
    """By slot."""
    return {slot: _url(Tracked(post.partner_id, post.pk, slot)) for slot in LINKS}


def own_links(partner: Partner) -> Mapping[str, str]:
    """Where they lead, by slot, without being counted: for whoever only looks at a post."""
    return {"shop_link": partner.shop_link, "registration_link": partner.registration_link or partner.shop_link}


def read_token(token: str) -> Tracked | None:
    """None for a token that we did not sign."""
    try:
        return Tracked(*_signer().unsign_object(token))
    except (BadSignature, ValueError, TypeError):
        return None


def follow(*, tracked: Tracked, counts: bool, now: datetime) -> str:
    """The partner's address, behind the partner's door. Who follows is not kept. Raises Partner.DoesNotExist."""
    partner = Partner.objects.get(pk=tracked.partner_id)
    if counts and Post.objects.filter(pk=tracked.post_id).exists():
        PostEvent.objects.create(
            partner=partner, post_id=tracked.post_id, kind=PostEvent.Kind.CLICK, slot=tracked.slot, at=now
        )
        recount([tracked.post_id])
    return own_links(partner).get(tracked.slot, partner.shop_link)


def _url(tracked: Tracked) -> str:
    fields = [tracked.partner_id, tracked.post_id, tracked.slot]
    return f"{settings.PUBLIC_URL}/p/{_signer().sign_object(fields)}"
