"""The self-test: each point with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from botrunner import supervisor
from botrunner.sandbox.state import Webhook
from partners import tenancy
from partners.models import Bot, Partner
from partners.services import bots
from tests.botrunner.disasters import until
from tests.runner import RunnerThread
from tests.telegram import SandboxServer


@pytest.fixture
def running(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    with RunnerThread(tg.url):
        tg.wait_for(lambda: tg.waiting_pollers() == 1)
        yield


OUTSIDE = {"shop_link", "registration_link", "yandex"}


def self_test(bot: Bot) -> dict[str, bool]:
    """What Telegram told; the rest is in test_outside.py."""
    asked = datetime.now(UTC)
    with tenancy.all_partners():
        bots.ask_self_test(bot=bot, now=asked)

    def answered() -> bool:
        with tenancy.all_partners():
            bot.refresh_from_db()
        return bot.self_test_at is not None and bot.self_test_at >= asked

    until(answered, "the self-test is done")
    points: list[dict[str, Any]] = bot.self_test or []
    assert all(point["title"] for point in points)
    assert all(point["advice"] for point in points if not point["ok"])
    assert {point["code"] for point in points} >= OUTSIDE
    return {point["code"]: point["ok"] for point in points if point["code"] not in OUTSIDE}


def set_group(bot: Bot, group_id: int) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=bot.partner_id).update(group_id=group_id)


@pytest.mark.usefixtures("running")
def test_a_healthy_bot_and_one_with_every_trouble(anna: Bot, tg: SandboxServer) -> None:
    assert self_test(anna) == {"token": True, "webhook": True, "privacy": True, "group": True}
    account = tg.world.state.bots[anna.telegram_id]
    account.webhook, account.privacy = Webhook("https://old.example/hook"), False
    set_group(anna, -100_404)
    assert self_test(anna) == {"token": True, "webhook": False, "privacy": False, "group": False}


@pytest.mark.usefixtures("running")
def test_the_rights_in_the_group(anna: Bot, tg: SandboxServer) -> None:
    owner = tg.person("Хозяйка")
    for group, expected in (
        (tg.group("Клуб", forum=True, owner=owner, admins=["anna_bot"]), {"group": True, "topics": True}),
        (tg.group("Клуб", forum=True, owner=owner, bots=["anna_bot"]), {"group": False, "topics": True}),
        (tg.group("Клуб", owner=owner, admins=["anna_bot"]), {"group": True, "topics": False}),
    ):
        set_group(anna, group.id)
        points = self_test(anna)
        assert points["group"] == expected["group"]
        assert points["topics"] == expected["topics"] or not expected["group"]


@pytest.mark.usefixtures("running")
def test_a_group_where_the_bot_may_not_manage_topics(anna: Bot, tg: SandboxServer) -> None:
    group = tg.group("Клуб", forum=True, owner=tg.person("Хозяйка"))
    tg.set_member(group, anna.telegram_id, "administrator", {"can_manage_topics": False})
    set_group(anna, group.id)
    assert self_test(anna) | {"topics": False} == self_test(anna)


@pytest.mark.usefixtures("running")
def test_a_revoked_token(anna: Bot, tg: SandboxServer) -> None:
    tg.revoke(anna.token.reveal())
    assert self_test(anna) == {"token": False}


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo"])
def test_trouble_in_the_middle_is_told(anna: Bot, tg: SandboxServer, method: str) -> None:
    tg.fail_next(method, 500, "Internal Server Error")
    assert self_test(anna) == {"telegram": False}
