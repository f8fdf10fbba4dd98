"""The shared HTTP session: what certainly was not sent, what nobody knows, and the token nowhere."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from telegram.error import NetworkError, TimedOut

from botrunner.application import KnownBot, describe
from botrunner.redaction import RedactSecrets, redact
from botrunner.transport import NotSent, SharedRequest

TOKEN = "7000000001:AAFtest0000000000000000000000000001"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def error_of(handler: Handler | None, *, seconds: float = 5, stop_first: bool = False) -> NetworkError:
    """What the request raises when the server does this; None: nobody listens."""

    async def scenario() -> NetworkError:
        request = SharedRequest()
        await request.initialize()
        app = web.Application()
        if handler is not None:
            app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        site = web.SockSite(runner, listener)
        await site.start()
        if handler is None:
            await runner.cleanup()
        if stop_first:
            await request.close()
        try:
            with pytest.raises(NetworkError) as caught:
                await request.do_request(f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage", "POST", None, seconds)
        finally:
            await request.close()
            await runner.cleanup()
        return caught.value

    return asyncio.run(scenario())


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(0.5)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def test_a_refused_connection_was_not_sent() -> None:
    assert type(error_of(None)) is NotSent


def test_a_closed_session_was_not_sent() -> None:
    assert type(error_of(hang, stop_first=True)) is NotSent


def test_a_read_timeout_is_unknown() -> None:
    assert type(error_of(hang, seconds=0.1)) is TimedOut


def test_a_cut_connection_is_unknown() -> None:
    assert type(error_of(cut)) is NetworkError


@pytest.mark.parametrize(("handler", "seconds"), [(None, 5), (hang, 0.1), (cut, 5)])
def test_no_error_carries_the_token(handler: Handler | None, seconds: float) -> None:
    error = error_of(handler, seconds=seconds)
    told = "".join(traceback.format_exception(error)) + repr(error) + str(error) + describe(error)
    assert "AAFtest" not in told
    assert error.__cause__ is None


def test_a_bot_shows_its_number_only() -> None:
    bot = KnownBot(token=TOKEN, api_url="http://127.0.0.1:9", request=SharedRequest(), me=None)
    assert repr(bot) == "KnownBot(7000000001)"


# -- redaction -------------------------------------------------------------------------------------------------------


def record(message: str, *args: Any, exc_info: Any = None) -> logging.LogRecord:
    return logging.LogRecord("any", logging.ERROR, "x.py", 1, message, args, exc_info)


def test_tokens_are_taken_out_of_log_records() -> None:
    told = record("POST %s/bot%s/getMe", "https://api.telegram.org", TOKEN)
    assert RedactSecrets().filter(told)
    assert told.getMessage() == "POST https://api.telegram.org/bot7000000001:•••/getMe"


def test_tokens_are_taken_out_of_tracebacks() -> None:
    try:
        raise OSError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except OSError as error:
        told = record("broken", exc_info=(type(error), error, error.__traceback__))
    RedactSecrets().filter(told)
    text = logging.Formatter().format(told)
    assert "AAFtest" not in text
    assert "7000000001:•••" in text
    assert "test_transport.py" in text


@pytest.mark.parametrize("text", ["12:30", "chat 7000000001: hello", "2026-01-01T10:00:00", "a:b"])
def test_other_texts_stay(text: str) -> None:
    assert redact(text) == text
