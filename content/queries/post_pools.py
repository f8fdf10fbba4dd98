"""What only some posts are made of: told stories, running offers, ideas, with all other facts. Behind a door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from content.models import Idea, Offer, Post, Story
from content.posts import facts
from content.posts.facts import Author, Facts
from content.posts.kinds import PostType
from content.queries.post_facts import post_facts
from partners.models import Partner


def today_of(partner: Partner, now: datetime) -> date:
    return now.astimezone(ZoneInfo(partner.time_zone)).date()


def facts_for(
    partner: Partner, kind: PostType, *, number: int, today: date, product: str = "", idea: str = ""
) -> Facts:
    """Of the post of this number. `product`: only this one, by its key. Behind the partner's door."""
    found = post_facts(
        kind,
        Author(partner.name, partner.communication_style),  # type: ignore[arg-type]
        today=today,
        story=story(partner.pk, number) if "story" in kind.facts else None,
        offer=offer(partner.pk, today) if "offer" in kind.facts else None,
        idea=idea,
    )
    return replace(found, products=tuple(one for one in found.products if product in ("", one.key)))


def story(partner_id: int, number: int) -> facts.Story | None:
    """They take turns, the newest first."""
    told = list(Story.objects.filter(_own(partner_id), retired_at=None))
    if not told:
        return None
    one = told[number % len(told)]
    return facts.Story(one.text, one.consent)


def offer(partner_id: int, today: date) -> facts.Offer | None:
    """The one that ends first."""
    found = Offer.objects.filter(_own(partner_id), until__gte=today).first()
    return facts.Offer(found.title, found.terms, found.until) if found else None


def ideas(partner_id: int) -> QuerySet[Idea]:
    """The network's and the partner's own."""
    return Idea.objects.filter(_own(partner_id))


def next_idea(partner_id: int, kind: PostType) -> Idea | None:
    """What people liked most of what the partner has no post about; None for types that are not about a topic."""
    if "passage" not in kind.facts:
        return None
    written = Post.objects.filter(partner=partner_id, idea=OuterRef("pk"))
    return ideas(partner_id).filter(~Exists(written), kind__in=("", kind.key)).first()


def _own(partner_id: int) -> Q:
    return Q(partner=None) | Q(partner=partner_id)
