from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from partners import tenancy
from partners.fields import Secret
from partners.models import Bot
from partners.services import bots
from tests.factories import NOW, make_bot, make_partner, token_of

LATER = NOW + timedelta(minutes=5)


def settled_bot(**fields: Any) -> Bot:
    running: dict[str, Any] = {"state": Bot.State.RUNNING, "running_generation": 1}
    return make_bot(**running | fields)


@pytest.fixture
def heard() -> Iterator[Any]:
    """What a listening `runbots` hears: `heard()` gives the payloads that came since the last call."""
    connection.ensure_connection()
    dsn = connection.connection.info.dsn
    with psycopg.connect(dsn, autocommit=True) as listener, psycopg.connect(dsn, autocommit=True) as other:
        listener.execute(f"LISTEN {bots.CHANNEL}")

        def hear() -> list[str]:
            other.execute(f"NOTIFY {bots.CHANNEL}, 'no more'")  # notices come in the order of their commits
            until_then = takewhile(lambda notice: notice.payload != "no more", listener.notifies())
            return [notice.payload for notice in until_then]

        yield hear


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "state", "running_generation", "settled"),
    [
        ("running", "running", 1, True),
        ("running", "running", 0, False),
        ("running", "starting", 1, False),
        ("running", "failed", 1, False),
        ("stopped", "stopped", 0, True),
        ("stopped", "running", 1, False),
    ],
)
def test_settled(wanted: str, state: str, running_generation: int, settled: bool) -> None:
    bot = make_bot(wanted=wanted, state=state, running_generation=running_generation)
    assert bots.is_settled(bot) is settled


@pytest.mark.django_db
def test_stop_and_start_change_the_wish_once() -> None:
    bot = settled_bot()
    with tenancy.partner(bot.partner_id):
        assert bots.want_stopped(bot=bot, now=LATER)
        assert (bot.wanted, bot.wanted_at) == (Bot.Wanted.STOPPED, LATER)
        assert not bots.want_stopped(bot=bot, now=LATER)
        assert bots.want_running(bot=bot, now=LATER)
        assert not bots.want_running(bot=bot, now=LATER)
        assert bot.generation == 1


@pytest.mark.django_db
def test_starting_a_failed_bot_tries_anew() -> None:
    bot = make_bot(state=Bot.State.FAILED, running_generation=1)
    with tenancy.partner(bot.partner_id):
        assert bots.want_running(bot=bot, now=LATER)
    assert bot.generation == 2


@pytest.mark.django_db
def test_restart_starts_a_stopped_bot_too() -> None:
    bot = make_bot(wanted=Bot.Wanted.STOPPED)
    with tenancy.partner(bot.partner_id):
        bots.restart(bot=bot, now=LATER)
    assert (bot.wanted, bot.generation) == (Bot.Wanted.RUNNING, 2)
    assert not bots.is_settled(bot)


@pytest.mark.django_db
def test_new_token_starts_the_bot_anew() -> None:
    bot = settled_bot(me={"id": 1})
    token = Secret(token_of(900))
    with tenancy.partner(bot.partner_id):
        assert bots.replace_token(bot=bot, token=token, now=LATER)
        assert not bots.replace_token(bot=bot, token=token, now=LATER)
        stored = Bot.objects.get()
    assert stored.token.reveal() == token.reveal()
    assert (stored.telegram_id, stored.me, stored.generation) == (7_000_000_900, None, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("bad", ["", "123:short", "12345:" + "я" * 35, "9" * 20 + ":" + "a" * 35, token_of(1) + "\n"])
def test_what_is_no_token_is_refused_without_being_shown(bad: str) -> None:
    bot = settled_bot()
    with tenancy.partner(bot.partner_id), pytest.raises(bots.TokenRefused) as refused:
        bots.replace_token(bot=bot, token=Secret(bad), now=LATER)
    assert not bad or bad not in str(refused.value)


@pytest.mark.django_db
def test_one_token_at_two_partners_is_refused_even_behind_the_wall() -> None:
    first, second = settled_bot(), settled_bot()
    with tenancy.partner(second.partner_id):
        with pytest.raises(bots.TokenRefused) as refused:
            bots.replace_token(bot=second, token=first.token, now=LATER)
        assert first.token.reveal() not in str(refused.value)
        assert Bot.objects.get().telegram_id == second.telegram_id
    with tenancy.all_partners(), pytest.raises(bots.TokenRefused):
        bots.add_bot(partner=make_partner(), token=first.token, now=LATER)


@pytest.mark.django_db
def test_another_partners_bot_is_out_of_reach() -> None:
    bot, stranger = settled_bot(), make_partner()
    with tenancy.partner(stranger.pk), pytest.raises(Bot.DoesNotExist):
        bots.want_stopped(bot=bot, now=LATER)
    with tenancy.partner(bot.partner_id):
        assert Bot.objects.get().wanted == Bot.Wanted.RUNNING


@pytest.mark.django_db(transaction=True)
def test_runbots_hears_of_every_change_when_it_is_committed(heard: Any) -> None:
    bot = settled_bot()
    for wish in (bots.want_stopped, bots.want_running, bots.restart, bots.ask_self_test):
        with tenancy.partner(bot.partner_id):
            wish(bot=bot, now=LATER)
            assert heard() == []
        assert heard() == [str(bot.pk)], wish.__name__


@pytest.mark.django_db(transaction=True)
def test_a_wish_rolled_back_is_not_heard(heard: Any) -> None:
    bot = settled_bot()
    with tenancy.partner(bot.partner_id):
        bots.restart(bot=bot, now=LATER)
        transaction.set_rollback(True)
    assert heard() == []
