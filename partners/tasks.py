from celery import shared_task

from partners import clock, tenancy
from partners.services import applications, invitations


@shared_task
def forget_applications() -> None:
    """Abandoned and rejected ones, a month after their last change."""
    with tenancy.all_partners():
        applications.forget_expired(now=clock.now())


@shared_task
def forget_invitations() -> None:
    """A month after their links have ended."""
    with tenancy.all_partners():
        invitations.forget_ended(now=clock.now())
