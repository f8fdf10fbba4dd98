import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from config import health, ticks
from config.tasks import leave_mark


def test_alive_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


OK = {"database": "ok", "migrations": "ok", "redis": "ok", "ticks": "ok"}


def checks(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/readyz")
    answer = response.json()
    assert answer["ready"] is (response.status_code == 200)
    return response.status_code, answer["checks"]


@pytest.mark.django_db
def test_ready_with_both_servers_and_ticks(client: Client) -> None:
    ticks.server().delete(ticks.MARK)
    status, found = checks(client)
    assert (status, found | {"ticks": ""}) == (503, OK | {"ticks": ""})
    assert found["ticks"].startswith("none for a minute")
    leave_mark()
    assert checks(client) == (200, OK)
    assert 0 < ticks.server().ttl(ticks.MARK) <= ticks.FADES


@pytest.mark.django_db
def test_not_ready_without_redis_and_without_its_address(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:9/0"
    assert checks(client) == (503, OK | {"redis": "can't be reached", "ticks": "can't be reached"})


@pytest.mark.django_db
def test_not_ready_without_rabbitmq_where_it_is_the_broker(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "amqp://curator:hidden@127.0.0.1:9/curator"
    status, found = checks(client)
    assert (status, found["redis"], found["rabbitmq"]) == (503, "ok", "can't be reached")


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr(health, "_migrated", False)
    with connection.execute_wrapper(refuse):
        status, found = checks(client)
    assert (status, found["database"], found["migrations"]) == (503, "can't be reached", "can't be reached")


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    status, found = checks(client)
    assert (status, found["migrations"]) == (503, "not applied: manage.py migrate")


@pytest.mark.django_db
def test_the_root_leads_to_the_control_panel(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/admin/"
