"""One line of the log: what it tells, and what it never tells."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import shared_task
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test import Client

from botrunner.redaction import redact
from config.logs import LogFile, configuration, process_kind, tell_of_the_end
from partners import log_context, rounds, tenancy
from tests.factories import make_partner
from tests.personas import client_of, owner

TOKEN = "7000000001:AAFcanary0123456789abcdefghijklmnop"
WORDS = "Здравствуйте, у меня болит спина"


class Lines(list[dict[str, Any]]):
    """What a logger with our handler has written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The handler that production has, listening to every logger."""
    log_context.begin()
    made = logging.config.DictConfigurator(configuration(line="json", directory="", process="tests"))
    configured = made.config
    found = Lines()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(made.configure_formatter(configured["formatters"]["json"]))
    handler.addFilter(made.configure_filter(configured["filters"]["redact"]))
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


def fail(error: BaseException) -> None:
    raise error


def logged(error: BaseException, message: str = "it broke") -> None:
    try:
        fail(error)
    except type(error):
        logging.getLogger("any").exception(message)


def test_a_line_has_these_fields_and_no_others(lines: Lines) -> None:
    with log_context.bound(partner=3, bot=7, update=None):
        logging.getLogger("any").warning("%s bots", 2, extra={"data": WORDS})
    (line,) = lines.read()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING", "logger": "any", "process": "tests", "partner": 3, "bot": 7, "message": "2 bots"
    }  # fmt: skip


def test_a_traceback_shows_the_code_and_not_what_a_person_wrote(lines: Lines) -> None:
    logged(ValueError(f"invalid literal: '{WORDS}'"))
    (line,) = lines.read()
    assert "in fail" in line["error"]
    assert line["error"].endswith("ValueError")
    assert WORDS not in lines.stream.getvalue()


def test_the_causes_are_told_and_the_details_of_a_row_are_not(lines: Lines) -> None:
    try:
        try:
            fail(IntegrityError(f'duplicate key violates "lead_phone"\nDETAIL:  Key (phone)=({WORDS}) exists.'))
        except IntegrityError as error:
            raise KeyError(WORDS) from error
    except KeyError:
        logging.getLogger("any").exception("it broke")
    (line,) = lines.read()
    assert 'IntegrityError: duplicate key violates "lead_phone"\n' in line["error"]
    assert line["error"].endswith("KeyError")
    assert WORDS not in lines.stream.getvalue()


def test_an_error_among_the_arguments_is_told_in_the_same_way(lines: Lines) -> None:
    logging.getLogger("any").warning("not done: %s, %s", ValueError(WORDS), ConnectionRefusedError(111, "refused"))
    assert lines.read()[0]["message"] == "not done: ValueError, ConnectionRefusedError: [Errno 111] refused"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"POST /bot{TOKEN}/getMe", "POST /bot7000000001:•••/getMe"),
        ("Authorization: Api-Key AQVNabc123", "Authorization: Api-Key •••"),
        ("{'Authorization': 'Bearer t1.9euelZqabc'}", "{'Authorization': 'Bearer •••'}"),
        ("key AQVNcanary0123456789abc is bad", "key ••• is bad"),
        ("redis://user:p4ss@host:6379/0", "redis://•••@host:6379/0"),
        ("password=hunter2&next=/", "password=•••&next=/"),
        ('{"private_key": "MIIE", "id": 1}', '{"private_key": "•••", "id": 1}'),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\nabc", "•••"),
        ("Not Found: /join/Zk3-abc/2/", "Not Found: /join/•••/2/"),
        ("call +7 916 123-45-67 now", "call ••• now"),
        ("call 8 (916) 123-45-67", "call •••"),
        ("phone=79161234567", "phone=•••"),
        ("kesha@mail.example wrote", "••• wrote"),
        ("<Task exception=ValueError('болит')>", "<Task exception=ValueError(…)>"),
    ],
)
def test_what_is_masked(text: str, masked: str) -> None:
    assert redact(text) == masked
    assert redact(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "bot 7000000001 of chat -1001234567890",
        "update 912345678 took 0:00:07.123456",
        "config.tasks.leave_mark[8a7f6b54-7000-4000-8000-123456789012] succeeded",
        "2026-11-22 18:17:44,123 port 8081",
        "Not Found: /join/guide/",
        "no token",
    ],
)
def test_numbers_that_help_stay(text: str) -> None:
    assert redact(text) == text


@shared_task
def speaks(partner_id: int) -> None:
    def work(**_named: Any) -> None:
        logging.getLogger("any").info("works")
        raise ValueError(WORDS)

    rounds.for_each([partner_id], work)


@pytest.mark.django_db
def test_a_task_names_itself_and_the_partner_also_when_the_service_fails(lines: Lines) -> None:
    partner = make_partner()
    speaks.apply(args=[partner.pk], task_id="t-1")
    works, failed = (line for line in lines.read() if line["logger"] in ("any", "partners.rounds"))
    for line in (works, failed):
        assert (line["task"], line["task_id"], line["partner"]) == (speaks.name, "t-1", partner.pk)
    assert failed["error"].endswith("ValueError")
    assert "task" not in log_context.current()


@pytest.mark.django_db
def test_a_task_that_fails_is_told_by_celery_without_its_words(lines: Lines) -> None:
    @shared_task(name="tests.fails")
    def fails() -> None:
        raise ValueError(WORDS)

    fails.apply(task_id="t-2", throw=False)
    (line,) = (line for line in lines.read() if line["logger"] == "celery.app.trace")
    assert line["task_id"] == "t-2"
    assert "raised unexpected: ValueError" in line["message"]
    assert WORDS not in lines.stream.getvalue()


@pytest.mark.django_db
def test_the_door_names_the_partner() -> None:
    partner = make_partner()
    with tenancy.partner(partner.pk):
        assert log_context.current()["partner"] == partner.pk
    assert log_context.current().get("partner") != partner.pk


@pytest.mark.django_db
def test_a_page_that_breaks_names_the_partner_of_the_login(lines: Lines) -> None:
    partner = make_partner()
    client = client_of(owner(partner))
    client.raise_request_exception = False

    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "partners_lead" in sql:
            raise ValueError(WORDS)
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        assert client.get("/admin/partners/lead/").status_code == 500
    (line,) = (line for line in lines.read() if line["logger"] == "django.request")
    assert line["partner"] == partner.pk
    assert WORDS not in lines.stream.getvalue()


def test_nobody_who_is_logged_in_leaves_nothing(client: Client, lines: Lines) -> None:
    assert client.get("/no-such-page").status_code == 404
    assert "partner" not in lines.read()[0]


@pytest.mark.django_db
def test_a_page_that_is_refused_names_the_login_and_the_next_request_does_not(client: Client, lines: Lines) -> None:
    partner = make_partner()
    client_of(owner(partner)).get("/admin/partners/lead/4711/delete/")
    client.get("/no-such-page")
    refused, unknown = lines.read()
    assert refused["partner"] == partner.pk
    assert "partner" not in unknown


def test_a_runner_that_breaks_tells_it_through_the_filter(lines: Lines) -> None:
    error = ValueError(f"{WORDS} {TOKEN}")
    tell_of_the_end(type(error), error, None)
    (line,) = lines.read()
    assert (line["level"], line["error"]) == ("CRITICAL", "ValueError")


def test_text_for_a_terminal() -> None:
    made = logging.config.DictConfigurator(configuration(line="text", directory="", process="tests"))
    formatter = made.configure_formatter(made.config["formatters"]["text"])
    record = logging.LogRecord("any", logging.ERROR, "x.py", 1, "broken", (), None)
    record.exc_text = "ValueError"
    with log_context.bound(partner=3, task_id="t"):
        assert formatter.format(record)[9:] == "ERROR any [partner 3]: broken\nValueError"


def test_a_file_that_logrotate_took_away_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "runner.log"
    handler = LogFile(str(file.parent), "runner")
    record = logging.LogRecord("any", logging.INFO, "x.py", 1, "first", (), None)
    handler.emit(record)
    file.rename(tmp_path / "runner.log.1")
    handler.emit(record)
    handler.close()
    assert file.read_text() == (tmp_path / "runner.log.1").read_text() == "first\n"


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("/v/celery/__main__.py --quiet --app config worker --pool threads", "worker"),
        ("/v/bin/celery --app config worker --queues ai --hostname ai@%h", "ai"),
        ("/v/bin/celery --quiet --app config beat --pidfile=", "beat"),
        ("/v/uvicorn/__main__.py config.asgi:application", "web"),
        ("manage.py runbots", "runner"),
        ("./manage.py --traceback manage_partners logs", "manage_partners"),
        ("manage.py ../../etc", "command"),
        ("/v/pytest/__main__.py tests", "command"),
        ("", "command"),
    ],
)
def test_the_kind_of_a_process(command: str, kind: str) -> None:
    assert process_kind(command.split()) == kind


def test_addresses_of_pages_are_not_written_down(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info('%s - "GET %s"', "10.0.0.7", "/r/somebodys-link")
    assert lines.read() == []


def test_an_unknown_format_says_what_to_write() -> None:
    with pytest.raises(ImproperlyConfigured, match="json or text"):
        configuration(line="xml", directory="", process="web")
