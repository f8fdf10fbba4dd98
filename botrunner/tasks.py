from celery import shared_task

from botrunner.services import inbox, stuck, watch
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


@shared_task
def watch_fleet() -> None:
    """How every bot is, and what operators must hear of."""
    watch.look(now=clock.now(), by_worker=True)


@shared_task
def forget_old_watches() -> None:
    with tenancy.all_partners():
        watch.forget(now=clock.now())
