from celery import shared_task

from funnels.services.tick import due_partners, tick
from partners import clock, tenancy

BATCH = 500


@shared_task
def plan_warmups() -> None:
    """The rows say what is due: a tick that is lost, or runs twice at once, does no harm."""
    now = clock.now()
    with tenancy.all_partners():
        partner_ids = due_partners(now=now)
    for partner_id in partner_ids:
        looked_at = BATCH
        while looked_at == BATCH:
            with tenancy.partner(partner_id):
                looked_at = tick(partner_id=partner_id, now=now, limit=BATCH)
