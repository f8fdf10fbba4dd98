"""How many calls at once, and when an account is left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import override_settings

from content.ai import breaker
from content.ai.places import place
from content.ai.troubles import AiError, Trouble
from content.ai.yandex import Yandex
from content.models import AiAccount
from partners.fields import Secret
from tests.botrunner.disasters import until
from tests.factories import NOW


@contextmanager
def held_elsewhere(folder: str, count: int) -> Iterator[threading.Event]:
    """A place taken over another connection, as by another process; the connection dies when the event is set."""
    taken, die, dead = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with place(folder, count):
            taken.set()
            die.wait(60)
            connection.close()
        connection.close()
        dead.set()

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(60)
    yield die
    die.set()
    thread.join(60)


def is_free(folder: str, count: int) -> bool:
    with override_settings(AI_PLACE_TIMEOUT=0):
        try:
            with place(folder, count):
                return True
        except AiError as error:
            return error.trouble != Trouble.BUSY


@pytest.mark.django_db(transaction=True)
def test_all_processes_together_have_so_many_places() -> None:
    with held_elsewhere("b1g", 2):
        assert is_free("b1g", 2)
        with held_elsewhere("b1g", 2):
            assert not is_free("b1g", 2)
            assert is_free("b1h", 2)
    until(lambda: is_free("b1g", 1), "the server notices that the others have gone")


@pytest.mark.django_db(transaction=True)
def test_whoever_dies_gives_the_place_back() -> None:
    with held_elsewhere("b1g", 1) as die:
        assert not is_free("b1g", 1)
        die.set()
        with place("b1g", 1, wait=20):  # the server notices in a moment
            pass


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_during_a_call_loses_nothing_else() -> None:
    with place("b1g", 1), suppress(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_free("b1g", 1)


@pytest.mark.parametrize(("model", "places"), [("yandexgpt-lite/latest", 10), ("yandexgpt-32k/latest", 1)])
def test_places_of_a_folder_depend_on_the_model(model: str, places: int) -> None:
    assert Yandex("b1g", model, Secret("x")).places[1] == places


def admitted(account: str, seconds: int) -> bool:
    try:
        breaker.admit(account, NOW + timedelta(seconds=seconds))
    except AiError as error:
        return error.trouble != Trouble.RESTING
    return True


def fail(account: str, trouble: Trouble, times: int, seconds: int = 0) -> None:
    for _time in range(times):
        breaker.failed(account, trouble, NOW + timedelta(seconds=seconds))


@pytest.mark.django_db
def test_three_failures_and_it_rests_then_one_call_tries() -> None:
    fail("a", Trouble.DOWN, 2)
    assert admitted("a", 1)
    fail("a", Trouble.DOWN, 1)
    assert not admitted("a", 29)
    assert admitted("b", 1)
    assert admitted("a", 31)  # this one tries
    assert not admitted("a", 32)
    breaker.worked("a", NOW)
    assert admitted("a", 33)
    assert admitted("a", 33)


@pytest.mark.django_db
def test_whoever_tries_and_fails_lets_it_rest_longer_up_to_ten_minutes() -> None:
    fail("a", Trouble.DOWN, 3)
    assert admitted("a", 31)
    fail("a", Trouble.DOWN, 1, 31)
    assert not admitted("a", 31 + 59)
    assert admitted("a", 31 + 61)
    fail("a", Trouble.DOWN, 30, 100)
    assert not admitted("a", 100 + 599)
    assert admitted("a", 100 + 601)


@pytest.mark.django_db
def test_whoever_tries_and_dies_is_followed_by_the_next() -> None:
    fail("a", Trouble.DOWN, 3)
    assert admitted("a", 31)
    assert not admitted("a", 31 + 59)
    assert admitted("a", 31 + 61)


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", sorted(breaker.HOPELESS))
def test_what_a_person_has_to_mend_rests_at_once_and_says_why(trouble: Trouble) -> None:
    fail("a", trouble, 1)
    assert not admitted("a", 1)
    row = AiAccount.objects.get(key="a")
    assert (row.trouble, row.failed_at) == (trouble, NOW)
    assert row.sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    "trouble", [Trouble.FILTERED, Trouble.TOO_LONG, Trouble.TRUNCATED, Trouble.REFUSED, Trouble.BUSY]
)
def test_what_is_wrong_with_one_prompt_says_nothing_of_the_account(trouble: Trouble) -> None:
    fail("a", trouble, 5)
    assert admitted("a", 1)
