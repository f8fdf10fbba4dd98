from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners import tenancy
from partners.management.commands.manage_partners import Command
from partners.management.tables import age, one_line, table
from partners.models import Bot
from tests.factories import NOW, make_bot, make_partner

pytestmark = pytest.mark.django_db


class Clock:
    """Time that passes only while somebody sleeps; `runner` is what `runbots` does meanwhile."""

    def __init__(self, runner: Callable[[], None] = lambda: None) -> None:
        self.time, self.runner = NOW, runner

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.runner()


def run(*arguments: str, clock: Clock | None = None) -> str:
    clock = clock or Clock()
    command, out = Command(), StringIO()
    command.now, command.sleep = clock.now, clock.sleep
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def bot_of(slug: str, **fields: Any) -> Bot:
    fields = {"state": Bot.State.RUNNING, "running_generation": 1, "heartbeat_at": NOW} | fields
    return make_bot(make_partner(slug), **fields)


def runner(*bots: Bot, state: str = "", error: str = "") -> Callable[[], None]:
    """Does at once what is wanted of these bots, or ends in `state`."""

    def work() -> None:
        with tenancy.all_partners():
            for bot in Bot.objects.filter(pk__in=[bot.pk for bot in bots]):
                done = Bot.State.RUNNING if bot.wanted == Bot.Wanted.RUNNING else Bot.State.STOPPED
                Bot.objects.filter(pk=bot.pk).update(
                    state=state or done, running_generation=bot.generation, last_error=error
                )

    return work


def test_list_shows_every_partner() -> None:
    bot_of("anna", last_update_at=NOW - timedelta(minutes=7), last_error="Ошибка\n\x1b[31mв сети " + "x" * 80)
    make_partner("boris")
    out = run("list")
    head, anna, boris = out.splitlines()
    assert anna.startswith("anna ")
    assert "7 " in anna
    assert "\x1b" not in out
    assert "…" in anna
    assert "–" in boris
    assert len(head) > 40


def test_status_fails_when_something_is_not_as_wanted() -> None:
    bot_of("anna")
    bot_of("boris", state=Bot.State.FAILED, last_error="Telegram does not accept the token")
    assert "boris" not in run("status", "anna")
    with pytest.raises(CommandError, match="boris"):
        run("status")


def test_bots_of_a_runner_that_died_are_not_as_wanted() -> None:
    """Its rows still say that they run: neither the probe nor `start` may believe it."""
    bot_of("anna", heartbeat_at=NOW - timedelta(minutes=2))
    with pytest.raises(CommandError, match="anna"):
        run("status")
    with pytest.raises(CommandError, match="runbots"):
        run("start", "anna")


def test_stop_waits_until_runbots_has_done_it() -> None:
    anna, boris = bot_of("anna"), bot_of("boris")
    clock = Clock(runner(anna))
    out = run("stop", "anna", clock=clock)
    assert out.count("anna") == 1
    assert clock.time == NOW + timedelta(seconds=0.5)
    with tenancy.all_partners():
        assert Bot.objects.get(pk=anna.pk).state == Bot.State.STOPPED
        assert Bot.objects.get(pk=boris.pk).wanted == Bot.Wanted.RUNNING


def test_restart_all_tells_of_each_and_wakes_nobody_who_was_stopped() -> None:
    bots = [bot_of("anna"), bot_of("boris"), bot_of("vera", wanted="stopped", state="stopped")]
    out = run("restart", "--all", clock=Clock(runner(*bots)))
    assert [line.split(":")[0] for line in out.splitlines()] == ["anna", "boris"]
    with tenancy.all_partners():
        states = list(Bot.objects.order_by("partner__slug").values_list("generation", "state"))
    assert states == [(2, "running"), (2, "running"), (1, "stopped")]


def test_a_stopped_bot_is_restarted_by_its_name() -> None:
    vera = bot_of("vera", wanted="stopped", state="stopped")
    assert "vera" in run("restart", "vera", clock=Clock(runner(vera)))


def test_what_is_so_already_needs_no_waiting() -> None:
    bot_of("anna")
    clock = Clock()
    assert "anna" in run("start", "anna", clock=clock)
    assert clock.time == NOW


def test_nobody_there_to_do_it() -> None:
    bot_of("anna", heartbeat_at=NOW - timedelta(hours=1))
    clock = Clock()
    with pytest.raises(CommandError, match=r"manage\.py runbots"):
        run("restart", "anna", clock=clock)
    assert clock.time <= NOW + timedelta(seconds=16)


def test_not_done_in_time() -> None:
    bot_of("anna", last_error="Сеть недоступна")
    clock = Clock()
    with pytest.raises(CommandError, match=r"anna(.|\n)*Сеть недоступна"):
        run("restart", "anna", "--timeout", "5", clock=clock)
    assert clock.time == NOW + timedelta(seconds=5)


def test_a_bot_that_failed_is_not_waited_for() -> None:
    anna = bot_of("anna")
    clock = Clock(runner(anna, state=Bot.State.FAILED, error="Telegram does not accept the token"))
    with pytest.raises(CommandError, match="does not accept"):
        run("restart", "anna", clock=clock)
    assert clock.time < NOW + timedelta(seconds=5)


def test_the_wish_of_a_partner_without_a_bot() -> None:
    make_partner("anna")
    with pytest.raises(CommandError):
        run("start", "anna")


@pytest.mark.parametrize("arguments", [("start",), ("start", "anna", "--all"), ("stop", "anna", "nobody")])
def test_unclear_wishes_change_nothing(arguments: tuple[str, ...]) -> None:
    anna = bot_of("anna", wanted="stopped")
    with pytest.raises(CommandError):
        run(*arguments)
    with tenancy.all_partners():
        assert Bot.objects.get(pk=anna.pk).wanted_at is None


@pytest.mark.parametrize(
    ("passed", "number"),
    [({"seconds": 0}, "0"), ({"seconds": 5}, "5"), ({"minutes": 90}, "1"), ({"hours": 5}, "5"), ({"days": 3}, "3")],
)
def test_age(passed: dict[str, int], number: str) -> None:
    assert age(NOW - timedelta(**passed), NOW).split()[0] == number


def test_table_is_aligned() -> None:
    assert table([["a", "bb", ""], ["ccc", "d", "e"]]) == "a    bb\nccc  d   e"
    assert one_line("a\r\nb\tc\x00d\u202e!") == "a b c d !"
