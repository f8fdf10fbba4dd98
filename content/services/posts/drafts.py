"""Posts that a worker has to write: asked for, and found. Behind the partner's door, if nothing else is said."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from celery import signature
from celery.exceptions import OperationalError
from django.db import transaction
from django.db.models import F, Max

from content.models import Post, PostAct
from content.posts.kinds import Kind, shipped
from content.posts.picking import pick
from content.queries.post_pools import facts_for, ideas, today_of
from content.services.posts.decision import note
from partners import tenancy
from partners.fastsql import fetch
from partners.models import Partner

log = logging.getLogger(__name__)

TASK = "content.tasks.write_posts"
QUEUE = "ai"
EXPIRES = 30  # seconds; by then the tick has seen the row
NAMESPACE = 0x504F << 40  # of the locks; they go with a process that dies


@transaction.atomic
def order(*, partner_id: int, kind: Kind, by: str, now: datetime, idea_id: int | None = None) -> Post:
    """A draft; a worker begins to write when the transaction commits.

    Raises content.posts.picking.Lacking, and Idea.DoesNotExist for another partner's idea.
    """
    # Two orders at once are two numbers.
    partner = Partner.objects.select_for_update(no_key=True).get(pk=partner_id)
    number = next_number(partner_id, kind)
    entry = shipped().types[kind]
    facts = facts_for(partner, entry, number=number, today=today_of(partner, now))
    pick(entry, facts, number=number, seed=str(partner_id))
    idea = ideas(partner_id).get(pk=idea_id) if idea_id else None
    post = Post.objects.create(
        partner=partner, kind=kind, revision=0, number=number, idea=idea, created_at=now, changed_at=now
    )
    note(post, PostAct.Act.ORDERED, by=by, now=now)
    transaction.on_commit(partial(wake, partner_id))
    return post


def next_number(partner_id: int, kind: str) -> int:
    last = Post.objects.filter(partner=partner_id, kind=kind).aggregate(last=Max("number"))["last"]
    return 0 if last is None else int(last) + 1


def wake(partner_id: int) -> None:
    """Only quicker than the tick, which finds the rows in any case."""
    try:
        signature(TASK, [partner_id]).apply_async(queue=QUEUE, retry=False, expires=EXPIRES)
    except OperationalError as error:
        log.warning("the broker is away, drafts wait for the tick: %s", error)


def due_partners() -> list[int]:
    """All partners' door."""
    return list(Post.objects.filter(state=Post.State.DRAFT).values_list("partner_id", flat=True).distinct().order_by())


@contextmanager
def claimed(partner_id: int) -> Iterator[Post | None]:
    """A draft that nobody writes, until the end of the block; None if there is none. Outside of any door."""
    with tenancy.partner(partner_id):
        post = _claim(partner_id)
    try:
        yield post
    finally:
        if post is not None:
            fetch("SELECT pg_advisory_unlock(%s + %s)", [NAMESPACE, post.pk])


def _claim(partner_id: int) -> Post | None:
    drafts = Post.objects.filter(partner=partner_id, state=Post.State.DRAFT)
    for pk in drafts.order_by("changed_at", "pk").values_list("pk", flat=True):
        if fetch("SELECT pg_try_advisory_lock(%s + %s)", [NAMESPACE, pk])[0][0]:
            # Whoever had the lock before may have written it since.
            if drafts.filter(pk=pk).update(attempts=F("attempts") + 1):
                return Post.objects.select_related("partner").get(pk=pk)
            fetch("SELECT pg_advisory_unlock(%s + %s)", [NAMESPACE, pk])
    return None
