"""deploy_partner: from a folder, an application or an id to a bot that answers, with an exit code."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners import tenancy
from partners.management.commands.deploy_partner import Command
from partners.models import Bot, Partner
from tests.factories import make_bot, make_partner, token_of
from tests.partners.applications import make_application

pytestmark = pytest.mark.django_db
GOOD = [{"code": "token", "ok": True, "title": "Токен", "advice": ""}]
BAD = [*GOOD, {"code": "group", "ok": False, "title": "Группа не видна", "advice": "Добавьте бота"}]


class World:
    """A clock that moves when somebody sleeps, and the runner that works meanwhile."""

    def __init__(self, work: Callable[[datetime], object]) -> None:
        self.now, self.work = datetime.now(UTC), work

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        with tenancy.all_partners():
            self.work(self.now)


def deploy(world: World, *arguments: str) -> str:
    command, out = Command(), io.StringIO()
    command.now, command.sleep = (lambda: world.now), world.sleep
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def runner(points: list[dict[str, Any]] | None, **changes: Any) -> Callable[[datetime], object]:
    def work(now: datetime) -> None:
        for bot in Bot.objects.all():
            told = {"state": "running", "running_generation": bot.generation, "heartbeat_at": now} | changes
            tested = {"self_test": points, "self_test_at": now} if points else {}
            Bot.objects.filter(pk=bot.pk).update(**told | tested)

    return work


def test_a_partner_who_is_there() -> None:
    make_bot(make_partner("anna"), wanted="stopped")
    out = deploy(World(runner(GOOD)), "anna")
    assert "✅ Токен" in out
    with tenancy.all_partners():
        assert Bot.objects.get().wanted == Bot.Wanted.RUNNING


def test_an_application() -> None:
    started = make_application()
    out = deploy(World(runner(GOOD)), "--application", str(started.application.pk))
    assert "anna_sokolova" in out
    with tenancy.all_partners():
        assert Partner.objects.get().slug == "anna_sokolova"
    with pytest.raises(CommandError):
        deploy(World(runner(GOOD)), "--application", str(started.application.pk))  # it is decided


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PARTNER_ID=anna\nCURATOR_BOT_TOKEN={token_of(3)}\n")
    (tmp_path / "config.yaml").write_text("partner: {id: anna, name: Анна}\nlinks: {shop: https://anna.example/}\n")
    assert "anna" in deploy(World(runner(GOOD)), "--config", str(tmp_path))


def test_a_self_test_that_found_something_is_a_failure_and_is_told() -> None:
    make_bot(make_partner("anna"))
    out = io.StringIO()
    command, world = Command(), World(runner(BAD))
    command.now, command.sleep = (lambda: world.now), world.sleep
    with pytest.raises(CommandError):
        call_command(command, "anna", stdout=out)
    assert "❌ Группа не видна — Добавьте бота" in out.getvalue()


@pytest.mark.parametrize(
    "work",
    [
        lambda _now: None,
        runner(GOOD, state="failed", last_error="Unauthorized"),
        runner(None),
    ],
    ids=["no runner", "failed", "no test"],
)
def test_what_does_not_come_ends_with_an_error(work: Callable[[datetime], object]) -> None:
    bot = make_bot(make_partner("anna"))
    with pytest.raises(CommandError) as error:
        deploy(World(work), "anna", "--timeout", "20")
    assert bot.token.reveal().partition(":")[2] not in str(error.value)


@pytest.mark.parametrize("arguments", [["nobody"], ["--application", "404"], ["--config", "/nonexistent"], []])
def test_nobody_to_deploy(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        deploy(World(runner(GOOD)), *arguments)
