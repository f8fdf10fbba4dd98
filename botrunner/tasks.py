from celery import shared_task

from botrunner.services import inbox, stuck
from partners import clock, tenancy


@shared_task
def prune_inbox() -> None:
    """A bounded piece each time: the tick comes often enough to keep up."""
    with tenancy.all_partners():
        inbox.prune(now=clock.now())


@shared_task
def sweep_outbox() -> None:
    """What was being sent by a bot that nobody runs any more."""
    with tenancy.all_partners():
        stuck.sweep(now=clock.now())
