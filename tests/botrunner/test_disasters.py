"""kill -9, a database that goes away, a Telegram that goes away: nothing lost, nothing twice."""

from __future__ import annotations

import psycopg
from django.conf import settings
from django.db import connection

from partners.models import Bot
from tests.botrunner.disasters import Crowd, RunnerProcess, check, wait_until_answered
from tests.telegram import SandboxServer

PEOPLE = 50


def test_kill_9_while_people_click(anna: Bot, tg: SandboxServer) -> None:
    crowd = Crowd(tg, "anna_bot", PEOPLE, seed=1)
    with RunnerProcess(tg) as runner:
        crowd.start()
        for _round in range(4):
            crowd.click()
            # Somewhere in the middle: some presses are stored, some handled, some answered, some none of these.
            wait_for_answers(tg, len(tg.calls("answerCallbackQuery")) + crowd.random.randrange(PEOPLE))
            runner.kill()
            crowd.click()
            runner.start()
        wait_until_answered(anna.partner_id, PEOPLE * 9)
    check(anna.partner_id, crowd)


def test_the_database_restarts_while_people_click(anna: Bot, tg: SandboxServer) -> None:
    """A restart ends every session with FATAL; that is what this does, without disturbing other tests."""
    crowd = Crowd(tg, "anna_bot", PEOPLE, seed=2)
    with RunnerProcess(tg):
        crowd.start()
        for _round in range(4):
            crowd.click()
            end_all_sessions()
        wait_until_answered(anna.partner_id, PEOPLE * 5)
    check(anna.partner_id, crowd)


def test_telegram_is_away_while_people_click(anna: Bot, tg: SandboxServer) -> None:
    crowd = Crowd(tg, "anna_bot", PEOPLE, seed=3)
    with RunnerProcess(tg):
        crowd.start()
        for _round in range(2):
            crowd.click()
            tg.stop()
            crowd.click()
            tg.start()
        wait_until_answered(anna.partner_id, PEOPLE * 5)
    check(anna.partner_id, crowd)


def wait_for_answers(tg: SandboxServer, count: int) -> None:
    tg.wait_for(lambda: len(tg.calls("answerCallbackQuery")) >= count)


def end_all_sessions() -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
