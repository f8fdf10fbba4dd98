from celery import shared_task

from analytics.services import rollups
from partners import clock


@shared_task
def roll_up() -> None:
    rollups.roll_up(now=clock.now())
