from __future__ import annotations

from celery import shared_task

from content.models import Document
from content.queries.indexes import refresh
from content.services.vectors import embed_waiting
from partners import clock, tenancy


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
