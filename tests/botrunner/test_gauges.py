"""What Prometheus sees of a runner."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from botrunner import gauges
from botrunner.capacity.load import Waiting
from botrunner.lease import Lease
from botrunner.models import InboxUpdate
from botrunner.runtime import Runtime
from botrunner.services.fleet import Pulse
from botrunner.services.queues import queues
from botrunner.services.runners import Me
from botrunner.supervisor import Supervisor
from botrunner.transport import SharedRequest
from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners import tenancy
from partners.models import Bot
from tests.botrunner.walking import go, open_bot
from tests.factories import NOW, make_bot
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

Lane = OutboxMessage.Lane


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def put(bot: Bot, lane: OutboxMessage.Lane, *ages: int) -> None:
    promises = [
        Promise(1, f"{lane}-{age}", message=Message(Html("…")), not_before=NOW - timedelta(seconds=age)) for age in ages
    ]
    with tenancy.partner(bot.partner_id):
        promise(partner_id=bot.partner_id, bot_id=bot.pk, lane=lane, promises=promises, now=NOW, source="")


@pytest.mark.django_db
def test_queues_of_the_runners_own_bots() -> None:
    mine, other = make_bot(), make_bot()
    put(mine, Lane.ALERT, 5, 90, -60)
    put(other, Lane.BROADCAST, 500)
    with tenancy.all_partners():
        for number, age, answered in ((1, 7, None), (2, 99, NOW)):
            InboxUpdate.objects.create(
                partner_id=mine.partner_id, bot=mine, update_id=number, payload="{}",
                received_at=NOW - timedelta(seconds=age), answered_at=answered,
            )  # fmt: skip
        found, none = queues(bot_ids=[mine.pk], now=NOW), queues(bot_ids=[], now=NOW)
    assert found.inbox_age == timedelta(seconds=7)
    assert found.lanes["alert"] == Waiting(2, timedelta(seconds=90))
    assert set(found.lanes) == {"reply", "alert", "post", "sequence", "broadcast"}
    assert found.lanes["broadcast"] == Waiting()
    assert none.inbox_age == timedelta()


def supervisor() -> Supervisor:
    me = Me(name="tests:1", host="tests", pid=1, version="", capacity=9, webhook=False, only_partner=None)
    return Supervisor(runtime=Runtime(request=SharedRequest(), api_url="", clock=lambda: NOW), me=me)


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Crew:
    """Two bots, one of which Telegram has not answered yet."""

    def pulses(self) -> list[Pulse]:
        answered = Pulse(7, 1, Bot.State.RUNNING, answered_at=NOW - timedelta(seconds=40))
        return [answered, Pulse(8, 1)]


def test_bots_by_state_and_since_when_telegram_is_silent() -> None:
    fleet = gauges.Fleet(Crew(), lambda: NOW)  # type: ignore[arg-type]
    bots, silence = fleet.collect()
    assert {sample.labels["state"]: sample.value for sample in bots.samples} == {
        "stopped": 0, "starting": 1, "running": 1, "failed": 0
    }  # fmt: skip
    assert [(sample.labels, sample.value) for sample in silence.samples] == [({"bot": "7"}, 40.0)]


@pytest.mark.usefixtures("transactional_db")
def test_a_runner_shows_itself_and_whether_it_may_work(port: int) -> None:
    async def run() -> None:
        lease = Lease()
        with gauges.shown(supervisor().crew, lease=lease, clock=lambda: NOW, port=port) as shown_at:
            assert shown_at == port
            status, text = await asyncio.to_thread(fetch, port, "/readyz")
            assert (status, json.loads(text)["checks"]) == (503, {"loop": True, "database": False})
            lease.renew(asyncio.get_running_loop().time())
            assert (await asyncio.to_thread(fetch, port, "/readyz"))[0] == 200
            _status, text = await asyncio.to_thread(fetch, port, "/metrics")
            assert 'curator_bots{state="running"} 0.0' in text
        with gauges.shown(supervisor().crew, lease=lease, clock=lambda: NOW, port=0) as shown_at:
            assert shown_at == 0

    asyncio.run(run())
    assert REGISTRY.get_sample_value("curator_bots", {"state": "running"}) is None


def test_turns_and_answers_are_counted(anna: Bot, tg: SandboxServer) -> None:
    before = [value(name) for name in ("curator_updates_total", "curator_turn_seconds_count")]
    sent, calls = value("curator_sends_total", lane="answer", outcome="sent"), {"status": "200"}
    asked = value("curator_telegram_requests_total", **calls)
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        go(chat, "💼 Интересует заработок")
    after = [value(name) for name in ("curator_updates_total", "curator_turn_seconds_count")]
    assert [now - then >= 2 for now, then in zip(after, before, strict=True)] == [True, True]
    assert value("curator_sends_total", lane="answer", outcome="sent") - sent >= 2
    assert value("curator_telegram_requests_total", **calls) > asked
