"""Calls of the Bot API as plain parameters: no objects are built that nobody reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from telegram import Bot
from telegram.request import BaseRequest, RequestData


class Params(RequestData):  # type: ignore[misc]  # "final", yet nothing but these two properties is read
    """Parameters of a method without files."""

    __slots__ = ("_params",)

    def __init__(self, params: Mapping[str, Any]) -> None:
        super().__init__()
        self._params = params

    @property
    def json_payload(self) -> bytes:
        return json.dumps(self._params, ensure_ascii=False).encode()


async def call(bot: Bot, method: str, params: Mapping[str, Any], *, timeout: Any = BaseRequest.DEFAULT_NONE) -> Any:
    """The `result` of the method. Raises telegram.error.TelegramError; `timeout` in seconds."""
    return await bot.request.post(f"{bot.base_url}/{method}", Params(params), read_timeout=timeout)
