"""Brings updates to a webhook over kept connections, as fast as they are taken. Prints how many were.

`python -m bench.postman PORT BOTS CONNECTIONS SECONDS`
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from typing import Any

import httptools
import uvloop

from bench.standin import BOT_BASE

TEXT = "Здравствуйте! Подскажите, пожалуйста, что лучше взять для энергии по утрам и сколько это стоит?"
PERSON = {"id": 1_000_000, "is_bot": False, "first_name": "Иван", "username": "ivan", "language_code": "ru"}


class Postman(asyncio.Protocol):
    taken = refused = 0
    ids = itertools.count(1)

    def __init__(self, bot_id: int, secret: str) -> None:
        self.head = (
            f"POST /telegram/{bot_id} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.parser = httptools.HttpResponseParser(self)
        self.bring()

    def bring(self) -> None:
        chat = {"id": 1_000_000, "type": "private", "first_name": "Иван"}
        message = {"message_id": 1, "date": 1_770_000_000, "chat": chat, "from": PERSON, "text": TEXT}
        body = json.dumps({"update_id": next(self.ids), "message": message}).encode()
        self.transport.write(self.head + f"{len(body)}\r\n\r\n".encode() + body)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self.parser.get_status_code() == 200:
            Postman.taken += 1
        else:
            Postman.refused += 1
        self.parser = httptools.HttpResponseParser(self)
        asyncio.get_running_loop().call_soon(self.bring)


async def main(port: int, bots: int, connections: int, seconds: float) -> None:
    from botrunner.webhooks.address import secret_of

    loop = asyncio.get_running_loop()
    for number in range(connections):
        bot_id = BOT_BASE + number % bots
        await loop.create_connection(lambda bot_id=bot_id: Postman(bot_id, secret_of(bot_id)), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(1)
    before = Postman.taken
    await asyncio.sleep(seconds)
    print(json.dumps({"per_second": (Postman.taken - before) / seconds, "refused": Postman.refused}), flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
