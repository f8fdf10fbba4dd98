from celery import shared_task

from botrunner.services import inbox
from partners import clock, tenancy


@shared_task
def prune_inbox() -> None:
    """A bounded piece each time: the tick comes often enough to keep up."""
    with tenancy.all_partners():
        inbox.prune(now=clock.now())
