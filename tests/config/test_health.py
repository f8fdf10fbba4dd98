import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings


def test_alive_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_with_both_servers(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_not_ready_without_redis_and_without_its_address(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:9/0"
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"Redis can't be reached.\n")


@pytest.mark.django_db
def test_not_ready_without_rabbitmq_where_it_is_the_broker(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "amqp://curator:hidden@127.0.0.1:9/curator"
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"RabbitMQ can't be reached.\n")


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connection to server at 10.0.0.1 failed")

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"PostgreSQL can't be reached.\n")


@pytest.mark.django_db
def test_the_root_leads_to_the_control_panel(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/admin/"
