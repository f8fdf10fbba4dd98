"""Posts as rows, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from content.models import Idea, OutboxMessage, Post, PostAct
from content.outbox import delivery
from content.outbox.delivery import Claimed, Result
from content.posts.compose import compose
from content.posts.kinds import Kind, shipped
from content.services.posts import publishing
from content.services.posts.decision import Decision
from content.services.posts.totals import recount
from partners import tenancy
from partners.models import Bot, Partner
from tests.content.post_samples import facts_for
from tests.factories import NOW, make_bot, make_partner

GROUP, TOPIC = -1_001_234, 77


def make_publisher(slug: str = "", **fields: Any) -> Bot:
    """A partner's bot with a group."""
    return make_bot(make_partner(slug, **{"group_id": GROUP, "topics": {"Обучение": TOPIC}} | fields))


@cache
def sample_text(kind: Kind = "tips", number: int = 0) -> str:
    return compose(shipped().types[kind], facts_for(kind), number=number, seed="sample").text


def make_post(partner: Partner, **fields: Any) -> Post:
    values = {
        "kind": "tips",
        "state": Post.State.PENDING,
        "text": sample_text(),
        "created_at": NOW,
        "changed_at": NOW,
    }
    with tenancy.all_partners():
        post = Post.objects.create(partner=partner, **values | fields)
        recount([post.pk])
    return post


def press(post: Post, decision: Callable[..., Decision], **arguments: Any) -> Decision:
    """Behind the partner's door; about the revision that the caller has in hand, by Anna, unless told otherwise."""
    known = {"post_id": post.pk, "revision": post.revision, "by": "Анна", "now": NOW}
    with tenancy.partner(post.partner_id):
        return decision(**known | arguments)


def stored(post: Post) -> Post:
    with tenancy.partner(post.partner_id):
        return Post.objects.get(pk=post.pk)


def acts(post: Post) -> list[tuple[str, str]]:
    with tenancy.partner(post.partner_id):
        return list(PostAct.objects.filter(post=post).values_list("act", "by"))


def tick(partner: Partner, now: datetime = NOW) -> None:
    with tenancy.partner(partner.pk):
        publishing.watch(partner_id=partner.pk, now=now)
        publishing.begin_due(partner_id=partner.pk, now=now)


def claim(bot: Bot, now: datetime = NOW) -> list[Claimed]:
    with tenancy.all_partners():
        return delivery.claim(room={bot.pk: 9}, now=now)


def finish(*results: Result, now: datetime = NOW) -> None:
    with tenancy.all_partners():
        delivery.finish(results=results, now=now)


def promised(post: Post) -> list[OutboxMessage]:
    with tenancy.partner(post.partner_id):
        return list(OutboxMessage.objects.filter(source=f"post:{post.pk}").order_by("pk"))


def make_idea(topic: str, partner: Partner | None = None, **fields: Any) -> Idea:
    with tenancy.all_partners():
        values = {"source": "Канал", "message_id": Idea.objects.count() + 1, "written_on": NOW.date()}
        return Idea.objects.create(partner=partner, topic=topic, **values | fields)
