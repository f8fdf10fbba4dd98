"""What Prometheus gets, of every kind of process, and who may read it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from celery import shared_task
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings

from partners import metrics_server


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


# the web


def test_a_request_is_counted_by_its_view_and_not_by_its_address(client: Client) -> None:
    labels = {"view": "healthz", "method": "GET", "status": "200"}
    before, unknown = (
        value("curator_http_requests_total", **labels),
        value("curator_http_request_seconds_count", view="none"),
    )
    client.get("/healthz?who=somebody")
    client.get("/no-such-page-of-somebody")
    assert value("curator_http_requests_total", **labels) == before + 1
    assert value("curator_http_request_seconds_count", view="none") == unknown + 1
    assert "somebody" not in client.get("/metrics").content.decode()


def test_methods_of_ones_own_invention_make_no_series(client: Client) -> None:
    client.generic("BREW", "/healthz")
    assert value("curator_http_requests_total", view="healthz", method="other", status="405") >= 1
    assert "BREW" not in client.get("/metrics").content.decode()


def test_without_a_token_only_the_machine_itself_reads(client: Client) -> None:
    assert "curator_updates_total" in client.get("/metrics").content.decode()
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404


def test_with_a_token_whoever_has_it_reads(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    bearer = {"authorization": "Bearer a-long-token"}
    assert client.get("/metrics", headers=bearer, REMOTE_ADDR="10.0.0.7").status_code == 200


# workers


@shared_task(name="tests.counted")
def counted(fail: bool) -> None:
    if fail:
        raise LookupError


@pytest.mark.parametrize(("fail", "outcome"), [(False, "success"), (True, "failure")])
def test_a_task_is_counted_by_how_it_ended(fail: bool, outcome: str) -> None:
    labels = {"task": "tests.counted", "outcome": outcome}
    before, times = value("curator_tasks_total", **labels), value("curator_task_seconds_count", task="tests.counted")
    done = value("curator_task_last_success_timestamp_seconds", task="tests.counted")
    counted.apply([fail], throw=False)
    assert value("curator_tasks_total", **labels) == before + 1
    assert value("curator_task_seconds_count", task="tests.counted") == times + 1
    assert (value("curator_task_last_success_timestamp_seconds", task="tests.counted") > done) is not fail


# processes without pages


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_server_of_its_own(caplog: pytest.LogCaptureFixture, port: int) -> None:
    checks = {"loop": True, "database": True}
    server = metrics_server.serve(port, lambda: checks)
    assert server is not None
    try:
        assert fetch(port, "/healthz") == (200, "ok\n")
        assert fetch(port, "/metrics")[1].count("# TYPE curator_updates_total counter") == 1
        assert fetch(port, "/readyz")[0] == 200
        checks["database"] = False
        status, text = fetch(port, "/readyz")
        assert (status, json.loads(text)) == (503, {"ready": False, "checks": {"loop": True, "database": False}})
        assert fetch(port, "/admin/")[0] == 404
        assert metrics_server.serve(port, lambda: checks) is None
        assert f"port {port} is not free" in caplog.text
    finally:
        server.shutdown()
        server.server_close()


def test_a_number_that_is_no_port_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    assert metrics_server.serve(190_100, dict) is None
    assert "port 190100 is not free" in caplog.text


def test_no_port_no_server() -> None:
    assert metrics_server.serve(0, dict) is None
