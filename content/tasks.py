from __future__ import annotations

from celery import shared_task

from content.models import Document
from content.queries.indexes import refresh
from partners import tenancy


@shared_task
def build_indexes() -> None:
    """Whose documents have changed since their index was built."""
    with tenancy.all_partners():
        for owner in {None, *Document.objects.values_list("partner_id", flat=True).distinct()}:
            refresh(owner)
