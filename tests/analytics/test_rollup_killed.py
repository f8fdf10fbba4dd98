"""A roll-up that dies between counting and remembering how far it got."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection

import pytest
from django.conf import settings
from django.db import connection

from analytics.models import Rollup
from analytics.services import rollups
from bench.victims import Victim, World, running
from partners import tenancy
from tests.analytics.test_rollups import happened, marks, tallies
from tests.botrunner.disasters import until
from tests.factories import NOW, make_lead, make_partner


def count_and_hang(_world: World, begun: Connection) -> None:
    def hang(_done: int, _total: int) -> None:
        begun.send(True)
        threading.Event().wait()

    rollups.roll_up(now=NOW, progress=hang)


def counted_again() -> bool:
    """Not before the server has noticed that the dead one has gone, and its lock with it."""
    return rollups.roll_up(now=NOW) is not None


@pytest.mark.django_db(transaction=True)
def test_killed_halfway_nobody_is_counted_twice() -> None:
    partner = make_partner()
    leads = [make_lead(partner) for _ in range(3)]
    for lead in leads:
        happened(lead, "started")
    assert rollups.roll_up(now=NOW) is not None
    for lead in leads:
        happened(lead, "contact_left", what="phone")
    victim = Victim(count_and_hang, World(connection.settings_dict["NAME"], "", settings.TELEGRAM_RATE, queue=""))
    with running(victim):
        victim.wait_begun()
        with tenancy.all_partners():
            before = Rollup.objects.get().txid
    until(counted_again, "the lock is free again")
    after_the_kill = tallies(), marks()
    with tenancy.all_partners():
        assert Rollup.objects.get().txid > before
    assert any("contact" in row for row in after_the_kill[0])
    rollups.recount(now=NOW)
    assert (tallies(), marks()) == after_the_kill
