"""Pictures that a model draws: ordered, looked at until they are there, and given to their post.

The rows say what is due. Whoever works at an order holds an advisory lock of the session: it goes with a process that
dies, so that the next tick goes on. An order whose operation was not written down may have been charged: it fails.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from content.ai import budget
from content.ai.accounts import price_for
from content.ai.budget import Spending
from content.ai.calls import Asking, Clock, call
from content.ai.images import MODEL, Artist, artist_for
from content.ai.troubles import AiError, Trouble
from content.ai.types import PICTURE, Ordered
from content.imaging import PictureError
from content.models import AiUse, MediaItem, PictureOrder, Post, PostAct
from content.services import media, spending
from content.services.posts import desk
from partners import tenancy
from partners.fastsql import fetch

log = logging.getLogger(__name__)

State = PictureOrder.State
NAMESPACE = 0x5049 << 40  # of the locks
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = timedelta(seconds=5), 1.5, timedelta(minutes=1)
MOST_ATTEMPTS = 64  # about an hour of such pauses
PATIENT = frozenset({Trouble.QUOTA, Trouble.DOWN, Trouble.BUSY, Trouble.RESTING})
HOPELESS = frozenset({Trouble.FILTERED, Trouble.REFUSED, Trouble.LOST})
WAITING_POST = (Post.State.DRAFT, Post.State.PENDING)
BATCH = 200  # of a tick
AUTHOR = "YandexART"


def due(*, now: datetime) -> list[tuple[int, int]]:
    """Partners and their orders. Behind the door to all partners."""
    rows = PictureOrder.objects.filter(due_at__lte=now).order_by("due_at")
    return list(rows.values_list("partner_id", "id")[:BATCH])


def draw(*, partner_id: int, order_id: int, clock: Clock) -> None:
    """The next step of one order, if nobody else is at it. Outside of any door."""
    with _held(order_id) as ours:
        if not ours:
            return
        with tenancy.partner(partner_id):
            orders = PictureOrder.objects.select_related("post").filter(pk=order_id, due_at__lte=clock())
            order, artist = orders.first(), artist_for(partner_id)
        if order is None:
            return
        if artist is None:
            _fail(order, Trouble.NO_ARTIST, clock())
        else:
            _step(order, artist, clock)


def _step(order: PictureOrder, artist: Artist, clock: Clock) -> None:
    try:
        (_order if order.state == State.WAITING else _look)(order, artist, clock)
    except Exception:
        log.exception("picture %s of partner %s", order.pk, order.partner_id)
        _later(order, Trouble.NONSENSE, clock())  # not at every tick for ever


@contextmanager
def _held(order_id: int) -> Iterator[bool]:
    [(ours,)] = fetch("SELECT pg_try_advisory_lock(%s + %s)", [NAMESPACE, order_id])
    try:
        yield ours
    finally:
        if ours:
            fetch("SELECT pg_advisory_unlock(%s + %s)", [NAMESPACE, order_id])


def _order(order: PictureOrder, artist: Artist, clock: Clock) -> None:
    if order.post.state not in WAITING_POST:
        _fail(order, Trouble.UNWANTED, clock())
        return
    try:
        ordered = _ordered(order, artist, clock)
    except AiError as error:
        if error.trouble in PATIENT and not error.perhaps_charged:
            _later(order, error.trouble, clock())
        else:
            _fail(order, error.trouble, clock())
    else:
        _update(order, state=State.ORDERED, operation=ordered.operation, attempts=0, due_at=clock() + FIRST_PAUSE)


def _ordered(order: PictureOrder, artist: Artist, clock: Clock) -> Ordered:
    asking = Asking(_spending(order), clock)
    try:
        return call(
            asking,
            artist,
            price=price_for(artist.name, MODEL, clock().date()),
            tokens=(PICTURE, 0),
            make=lambda: artist.order(order.prompt, order.seed),
            trouble_of=lambda _ordered: None,
            wait=0,
        )
    finally:
        with tenancy.partner(order.partner_id):
            spending.tell(partner_id=order.partner_id, warned=asking.warned, now=clock())


def _look(order: PictureOrder, artist: Artist, clock: Clock) -> None:
    try:
        # While the post is being written again nobody can give it a picture.
        data = None if order.post.state == Post.State.DRAFT else artist.fetch(order.operation)
    except AiError as error:
        if error.trouble in HOPELESS:
            _fail(order, error.trouble, clock())
        else:
            _later(order, error.trouble, clock())
        return
    if data is None:
        _later(order, Trouble.LATE, clock())
    else:
        _finish(order, data, clock())


def _finish(order: PictureOrder, data: bytes, now: datetime) -> None:
    with tenancy.partner(order.partner_id):
        try:
            # Without keywords and products: what a model draws shows no product as it is.
            taken = media.take_in(
                partner_id=order.partner_id, data=data, now=now, title=order.prompt, origin=MediaItem.Origin.DRAWN
            )
        except PictureError:
            _fail(order, Trouble.NONSENSE, now)
            return
        _update(order, state=State.DONE, picture=taken.item, due_at=None, reason="")
        _give(order, taken.item, now)


def _give(order: PictureOrder, picture: MediaItem, now: datetime) -> None:
    """To a post that still waits for its decision, unless somebody has chosen another picture since."""
    post = Post.objects.select_for_update(no_key=True).get(pk=order.post_id)
    chosen = PostAct.objects.filter(post=post, act=PostAct.Act.PICTURED, at__gt=order.asked_at)
    if post.state == Post.State.PENDING and not chosen.exists():
        desk.set_picture(
            post_id=post.pk,
            revision=post.revision,
            media_id=picture.pk,
            reason=_("Drawn for this post."),
            by=AUTHOR,
            now=now,
        )


def _later(order: PictureOrder, trouble: Trouble, now: datetime) -> None:
    if order.attempts + 1 >= MOST_ATTEMPTS:
        _fail(order, trouble, now)
    else:
        pause = min(FIRST_PAUSE * GROWTH ** min(order.attempts, 20), LONGEST_PAUSE)
        _update(order, attempts=order.attempts + 1, due_at=now + pause)


def _fail(order: PictureOrder, trouble: Trouble, now: datetime) -> None:
    budget.settle_abandoned(_spending(order), now=now)
    _update(order, state=State.FAILED, reason=trouble, due_at=None)


def _update(order: PictureOrder, **values: object) -> None:
    with tenancy.partner(order.partner_id):
        PictureOrder.objects.filter(pk=order.pk).update(**values)


def _spending(order: PictureOrder) -> Spending:
    return Spending(order.partner_id, f"picture:{order.pk}", AiUse.Purpose.PICTURE)
