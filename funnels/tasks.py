import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from queue import Empty, SimpleQueue

from celery import shared_task
from django.db import connection

from funnels.services import checklists, digest, nudges, post_cards, post_notice, post_troubles, reminders
from funnels.services.answering import claim as questions
from funnels.services.answering import late
from funnels.services.answering.ask import wake
from funnels.services.answering.think import think
from funnels.services.broadcast_end import over, wind_up
from funnels.services.scores import due_partners as partners_to_rescore
from funnels.services.scores import rescore_due
from funnels.services.tick import due_partners, tick
from partners import clock, tenancy
from partners.rounds import for_each

log = logging.getLogger(__name__)

BATCH = 500
LANES = 3  # while PostgreSQL works for one thread, another one computes


@shared_task
def plan_warmups() -> None:
    """The rows say what is due: a tick that is lost, or runs twice at once, does no harm.

    A batch of every partner in turn: one with a hundred thousand due messages holds nobody up.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    with tenancy.all_partners():
        for partner_id in due_partners(now=clock.now()):
            waiting.put(partner_id)
    with ThreadPoolExecutor(LANES) as pool:
        for _lane in range(min(LANES, waiting.qsize())):
            pool.submit(_plan, waiting)


def _plan(waiting: SimpleQueue[int]) -> None:
    with suppress(Empty), closing(connection):
        while True:
            partner_id = waiting.get_nowait()
            if _batch(partner_id) == BATCH:
                waiting.put(partner_id)


def _batch(partner_id: int) -> int:
    """What goes wrong for one partner must not keep the others waiting."""
    try:
        with tenancy.partner(partner_id):
            return tick(partner_id=partner_id, now=clock.now(), limit=BATCH)
    except Exception:
        log.exception("No warm-up messages planned for partner %s", partner_id)
        return 0


@shared_task
def find_questions() -> None:
    """Those whose task was lost, or whose thinker died."""
    with tenancy.all_partners():
        partner_ids = questions.due_partners()
    for partner_id in partner_ids:
        wake(partner_id)


@shared_task
def answer_questions(partner_id: int) -> None:
    """Until the partner has none: the next one of a chat waits for the one before."""
    while think(partner_id=partner_id, clock=clock.now):
        pass


@shared_task
def rescore_leads() -> None:
    """A turn only notes that the score may have changed: many clicks are one reckoning."""
    with tenancy.all_partners():
        waiting = partners_to_rescore(now=clock.now())
    while waiting:
        waiting = [partner_id for partner_id in waiting if _rescore(partner_id) == BATCH]


def _rescore(partner_id: int) -> int:
    with tenancy.partner(partner_id):
        return rescore_due(partner_id=partner_id, now=clock.now(), limit=BATCH)


@shared_task
def finish_broadcasts() -> None:
    with tenancy.all_partners():
        ended = over()
    for partner_id, broadcast_id in ended:
        with tenancy.partner(partner_id):
            wind_up(broadcast_id=broadcast_id, now=clock.now())


@shared_task
def repeat_alerts() -> None:
    with tenancy.all_partners():
        partner_ids = reminders.due_partners(now=clock.now())
    for_each(partner_ids, reminders.remind)


@shared_task
def send_digests() -> None:
    with tenancy.all_partners():
        partner_ids = digest.due_partners(now=clock.now())
    for_each(partner_ids, digest.send_digest)


@shared_task
def show_posts() -> None:
    """What was written by a worker, changed by an operator, or did not get published."""
    with tenancy.all_partners():
        partner_ids = post_cards.due_partners()
    for_each(partner_ids, post_cards.show_due)


@shared_task
def send_late_answers() -> None:
    """What operators have answered in the inbox."""
    with tenancy.all_partners():
        partner_ids = late.due_partners()
    for_each(partner_ids, late.send_due)


@shared_task
def tell_post_troubles() -> None:
    """Of posts and plans of posts that failed."""
    with tenancy.all_partners():
        partner_ids = post_troubles.due_partners(now=clock.now())
    for_each(partner_ids, post_troubles.tell)


@shared_task
def tell_of_posts() -> None:
    with tenancy.all_partners():
        partner_ids = post_notice.due_partners(clock.now())
    for_each(partner_ids, post_notice.tell)


@shared_task
def look_after_newcomers() -> None:
    """Their first week begins with the first run of their bot; whoever does not come back is reminded."""
    with tenancy.all_partners():
        new, due = checklists.unstarted(now=clock.now()), nudges.due_partners(now=clock.now())
    for_each(new, checklists.begin)
    for_each(due, nudges.nudge)
