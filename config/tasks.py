from celery import shared_task
from django.core.management import call_command

from config import ticks
from config.backups import desk
from partners import clock


@shared_task
def clear_expired_sessions() -> None:
    call_command("clearsessions")


@shared_task
def leave_mark() -> None:
    """For `/readyz`."""
    ticks.leave_mark()


@shared_task
def look_after_backups() -> None:
    """Makes and checks what operators asked for and what the hour asks for, one at a time over all workers."""
    desk.tick(now=clock.now())
