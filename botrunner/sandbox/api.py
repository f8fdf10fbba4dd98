"""The HTTP side of the Bot API: /bot<token>/<method> and /file/bot<token>/<path>."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qsl

from aiohttp import web

from .errors import ApiError, bad_request
from .faults import Fault
from .methods import METHODS, Call, Handler
from .params import Params, Upload
from .polling import Polling
from .state import BotAccount, Json
from .webhooks import Webhooks
from .world import ApiCall, World

log = logging.getLogger(__name__)
CALLS_KEPT = 20_000


def _unknown(_call: Call) -> object:
    raise ApiError(404, "Not Found: method not found")


UNKNOWN = ("", _unknown)


class BotApi:
    def __init__(self, world: World, *, record: bool = False) -> None:
        self.world = world
        self.polling = Polling(world)
        self.webhooks = Webhooks(world)
        self.calls: deque[ApiCall] | None = deque(maxlen=CALLS_KEPT) if record else None
        self.on_answer: Callable[[], None] | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self.answer),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        method, handler = METHODS.get(request.match_info["method"].lower(), UNKNOWN)
        try:
            bot = self.world.bot_by_token(request.match_info["token"])
            fault = self.world.faults.take(method, bot.id)
            if self.world.faults.latency:
                await asyncio.sleep(self.world.faults.latency)
            params = await read_params(request)
            body = {"ok": True, "result": await self._run(bot, method, handler, params, fault)}
        except ApiError as error:
            return _json(error.body(), error.code)
        except ConnectionAbortedError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        except Exception:
            # the method only: the address has the token in it
            log.exception("Bot API method %s failed", method)
            return _json(ApiError(500, "Internal Server Error").body(), 500)
        return _json(body, 200)

    async def _run(self, bot: BotAccount, method: str, handler: Handler, params: Params, fault: Fault | None) -> object:
        record = ApiCall(bot.id, method, params.values, self.world.now())
        if self.calls is not None:
            self.calls.append(record)
        if fault is not None and fault.kind == "drop":
            raise ConnectionAbortedError
        try:
            if fault is not None and fault.kind == "error":
                raise fault.error()
            result = handler(Call(self.world, bot, params, self.polling, self.webhooks))
            if inspect.isawaitable(result):
                result = await result
        except ApiError as error:
            record.error = error.code
            raise
        finally:
            if self.on_answer is not None:
                self.on_answer()
        if fault is not None and fault.kind == "lose":
            raise ConnectionAbortedError
        return result

    async def download(self, request: web.Request) -> web.Response:
        try:
            self.world.bot_by_token(request.match_info["token"])
            file = self.world.state.files[request.match_info["path"]]
            return web.Response(body=self.world.files.read(file.key), content_type="application/octet-stream")
        except ApiError as error:
            return _json(error.body(), error.code)
        except KeyError:
            return _json(ApiError(404, "Not Found").body(), 404)


async def read_params(request: web.Request) -> Params:
    """Query string, then a body: form, multipart or JSON."""
    values: Json = dict(request.query) if request.query_string else {}
    if not request.can_read_body:
        return Params(values)
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request, values)
    body = await request.read()
    if request.content_type == "application/json":
        try:
            sent = json.loads(body)
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        values.update({key: value for key, value in sent.items() if value is not None})
    else:
        values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Params(values)


async def _read_multipart(request: web.Request, values: Json) -> Params:
    params = Params(values)
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            params.uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            params.values[name] = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return params


def _json(body: Json, status: int) -> web.Response:
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return web.Response(body=data, status=status, content_type="application/json")
