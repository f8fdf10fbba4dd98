from __future__ import annotations

import logging

from celery import shared_task

from content.models import Document
from content.queries.indexes import refresh
from content.services.posts import drafts, drawing, numbers, ordering, plans, publishing
from content.services.posts.writing import write_next
from content.services.vectors import embed_waiting
from partners import clock, tenancy
from partners.rounds import for_each

log = logging.getLogger(__name__)


@shared_task
def build_indexes() -> None:
    """Whose documents have changed since their index was built."""
    with tenancy.all_partners():
        for owner in {None, *Document.objects.values_list("partner_id", flat=True).distinct()}:
            refresh(owner)


@shared_task
def embed_passages() -> None:
    """The rows say what is missing: what a killed run left is done by the next one."""
    embed_waiting(now=clock.now)


@shared_task
def find_drafts() -> None:
    """Those whose task was lost, or whose writer died."""
    with tenancy.all_partners():
        partner_ids = drafts.due_partners()
    for partner_id in partner_ids:
        drafts.wake(partner_id)


@shared_task
def write_posts(partner_id: int) -> None:
    """Until the partner has no draft that somebody else does not write already."""
    while write_next(partner_id=partner_id, clock=clock.now):
        pass


@shared_task
def find_pictures() -> None:
    """Those that are to be ordered or looked at."""
    with tenancy.all_partners():
        due = drawing.due(now=clock.now())
    for partner_id, order_id in due:
        ordering.wake(partner_id, order_id)


@shared_task
def draw_picture(partner_id: int, order_id: int) -> None:
    """One step: a picture that is being drawn keeps no worker waiting."""
    drawing.draw(partner_id=partner_id, order_id=order_id, clock=clock.now)


@shared_task
def run_post_plans() -> None:
    with tenancy.all_partners():
        partner_ids = plans.due_partners(clock.now())
    for_each(partner_ids, plans.run_due)


@shared_task
def publish_posts() -> None:
    """The rows say what is due and what is on its way: a tick that is lost, or runs twice at once, does no harm."""
    with tenancy.all_partners():
        partner_ids = publishing.due_partners(clock.now())
    for_each(partner_ids, publishing.watch)
    for_each(partner_ids, publishing.begin_due)


@shared_task
def count_posts() -> None:
    with tenancy.all_partners():
        partner_ids = numbers.due_partners(clock.now())
    for_each(partner_ids, numbers.take_snapshots)
