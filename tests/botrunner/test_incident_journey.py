"""A token that its owner revokes: an incident, a message through another bot, and its end with the new token."""

from __future__ import annotations

from typing import Any

import pytest

from botrunner import supervisor
from botrunner.services import watch
from partners import clock, tenancy
from partners.fields import Secret
from partners.health import Trouble
from partners.incident_rules import TIMINGS
from partners.models import Bot, Incident
from partners.services import bots
from tests.botrunner.walking import wait_for_state
from tests.factories import make_partner, token_of
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)


def incident() -> Incident:
    with tenancy.all_partners():
        return Incident.objects.get(kind="token")


def test_a_revoked_token_begins_and_ends_an_incident(
    anna: Bot, tg: SandboxServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    token = token_of(610_001)
    tg.add_bot(token=token, username="boris_bot", name="Борис")
    with tenancy.all_partners():
        boris = bots.add_bot(
            partner=make_partner("boris", name="Борис"), token=Secret(token), username="boris_bot", now=clock.now()
        )
    operator = tg.person("Ольга")
    settings.OPERATOR_TELEGRAM_IDS = [operator.id]
    with RunnerThread(tg.url):
        chat = operator.open(anna.username)
        chat.start()
        wait_for_state(boris, state=Bot.State.RUNNING)
        tg.revoke(token)
        tg.person("Пётр").open("boris_bot").send("/start")  # ends the poll that waits
        wait_for_state(boris, state=Bot.State.FAILED)
        watch.look(now=clock.now(), by_worker=True)
        assert (incident().partner_id, incident().state) == (boris.partner_id, "open")
        tg.wait_for(lambda: any("Борис" in message.text for message in chat.bot_messages))
        assert any("@BotFather" in message.text for message in chat.bot_messages)

        fresh = f"{boris.telegram_id}:AAnew{'0' * 30}"
        tg.add_bot(token=fresh, username="boris_bot", name="Борис")
        with tenancy.all_partners():
            bots.replace_token(bot=boris, token=Secret(fresh), now=clock.now())
        wait_for_state(boris, state=Bot.State.RUNNING)
        with tenancy.all_partners():
            Incident.objects.update(bad_at=clock.now() - TIMINGS[Trouble.TOKEN].calm)
        watch.look(now=clock.now(), by_worker=True)
        assert incident().state == "closed"
        tg.wait_for(lambda: any("Снова в порядке" in message.text for message in chat.bot_messages))
    with tenancy.all_partners():
        boris.refresh_from_db()
    assert boris.trouble == ""
