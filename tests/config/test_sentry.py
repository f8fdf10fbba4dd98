"""What would leave for Sentry; a transport of the tests' own keeps it here."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport

from botrunner.redaction import RedactSecrets
from config import sentry
from partners import log_context

TOKEN = "7000000001:AAFcanary0123456789abcdefghijklmnop"
WORDS = "Здравствуйте, у меня болит спина"
DSN = "http://public@127.0.0.1:9/1"


class Kept(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [event for item in envelope.items if (event := item.get_event()) is not None]  # type: ignore[misc]


@pytest.fixture
def kept() -> Iterator[Kept]:
    transport = Kept()
    options = sentry.options(DSN, release="1.2", process="runner")
    logs = LoggingIntegration()
    client = sentry_sdk.Client(
        **options,
        transport=transport,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[logs],
    )
    filtered = logging.StreamHandler()
    filtered.addFilter(RedactSecrets())
    logging.getLogger("any").addHandler(filtered)  # as the product's handler does
    with sentry_sdk.isolation_scope() as scope, sentry_sdk.new_scope() as inner:
        scope.set_client(client)
        inner.set_client(client)
        yield transport
    client.close()
    logging.getLogger("any").removeHandler(filtered)


def break_with(error: Exception, secret: str = TOKEN) -> None:
    words = WORDS
    assert secret, words
    raise error


def capture(error: Exception) -> None:
    try:
        break_with(error)
    except type(error) as raised:
        sentry_sdk.set_user({"username": WORDS, "ip_address": "10.0.0.7"})
        sentry_sdk.set_extra("update", WORDS)
        sentry_sdk.set_context("celery-job", {"args": [WORDS]})
        sentry_sdk.capture_exception(raised)


def test_an_error_without_words_and_values(kept: Kept) -> None:
    with log_context.bound(partner=3, bot=7):
        capture(ValueError(WORDS))
    (event,) = kept.events
    (told,) = event["exception"]["values"]
    assert (told["type"], told["value"]) == ("ValueError", "")
    frame = told["stacktrace"]["frames"][-1]
    assert frame["function"] == "break_with"
    assert frame["context_line"].strip() == "raise error"
    assert event["tags"] == {"partner": "3", "bot": "7"}
    assert (event["release"], event["server_name"]) == ("1.2", "runner")
    seen = json.dumps(event, ensure_ascii=False)
    for hidden in (WORDS, TOKEN, "10.0.0.7", "vars", "breadcrumbs", "request", "user"):
        assert hidden not in seen


def test_the_text_of_an_error_of_the_machine_is_masked(kept: Kept) -> None:
    capture(OSError(f"no way to https://api.telegram.org/bot{TOKEN}/getMe"))
    assert kept.events[0]["exception"]["values"][0]["value"] == (
        "no way to https://api.telegram.org/bot7000000001:•••/getMe"
    )


def test_a_line_of_the_log_comes_as_the_log_has_it(kept: Kept) -> None:
    logging.getLogger("any").error("update %s: %s of %s", 5, ValueError(WORDS), TOKEN)
    (event,) = kept.events
    assert event["logentry"] == {"message": "update 5: ValueError of 7000000001:•••"}
    assert WORDS not in json.dumps(event, ensure_ascii=False)


def test_of_a_request_only_the_page_is_told() -> None:
    event: Any = {
        "transaction": "/join/Zk3_abcdefghijklmnopqr/",
        "request": {"data": {"text": WORDS}, "headers": {"Authorization": TOKEN}, "query_string": WORDS},
        "extra": {"sys.argv": [TOKEN]},
        "breadcrumbs": {"values": [{"message": WORDS}]},
    }
    assert sentry.before_send(event, {}) == {"transaction": "/join/•••/", "tags": {}}


def test_without_an_address_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: begun.append(options))
    sentry.start("", release="", process="web")
    assert begun == []
    sentry.start(DSN, release="", process="web")
    (options,) = begun
    assert options["include_local_variables"] is False
    assert "send_default_pii" not in options  # its default, and setting it is deprecated
