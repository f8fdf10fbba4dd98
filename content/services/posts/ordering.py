"""Orders of pictures that a model is to draw. Behind a door."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from functools import partial

from celery import signature
from celery.exceptions import OperationalError
from django.db import transaction

from content.ai.images import artist_for
from content.models import PictureOrder, Post, Product
from content.posts.art import art_prompt
from content.posts.kinds import shipped
from content.queries.post_facts import product_facts
from content.services.posts.decision import Decision, Outcome, taken

log = logging.getLogger(__name__)

State = PictureOrder.State
TASK, QUEUE = "content.tasks.draw_picture", "ai"
EXPIRES = 60  # seconds; until then the tick has found the row
LARGEST_SEED = 2**31


def can_draw(partner_id: int) -> bool:
    """Whether there is anybody to draw for the partner: an account with YandexART switched on."""
    return artist_for(partner_id) is not None


@transaction.atomic
def redraw(*, post_id: int, revision: int, wish: str, now: datetime) -> Decision:
    """A new picture for the revision that a person has seen; it makes a revision of its own when it is there."""
    post = taken(post_id, revision, (Post.State.PENDING,))
    if isinstance(post, Decision):
        return post
    order(post_id=post_id, wish=wish, now=now)
    return Decision(Outcome.DONE, post)


def order(*, post_id: int, wish: str = "", now: datetime) -> PictureOrder:
    """A picture for this post; of a post for which one is being drawn, that one. `wish`: what a person typed."""
    post = Post.objects.select_for_update(no_key=True).get(pk=post_id)
    in_hand = PictureOrder.objects.filter(post=post, state__in=(State.WAITING, State.ORDERED))
    if running := in_hand.first():
        return running
    made = PictureOrder.objects.create(
        partner_id=post.partner_id,
        post=post,
        prompt=prompt_for(post, wish),
        seed=secrets.randbelow(LARGEST_SEED),
        asked_at=now,
        due_at=now,
    )
    transaction.on_commit(partial(wake, made.partner_id, made.pk), robust=True)
    return made


def prompt_for(post: Post, wish: str) -> str:
    product = Product.objects.filter(key=post.product).first() if post.product else None
    kind = next(kind for key, kind in shipped().types.items() if key == post.kind)
    return art_prompt(kind, product_facts(product) if product else None, wish)


def last_order(post_id: int) -> PictureOrder | None:
    """How it goes with the post's picture: its state, and why it failed (`sentence`)."""
    return PictureOrder.objects.filter(post_id=post_id).first()


def wake(partner_id: int, order_id: int) -> None:
    """Only quicker than the tick, which finds the row in any case."""
    try:
        signature(TASK, [partner_id, order_id]).apply_async(queue=QUEUE, retry=False, expires=EXPIRES)
    except OperationalError as error:
        log.warning("the broker is away, pictures wait for the tick: %s", error)
