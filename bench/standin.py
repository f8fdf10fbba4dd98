"""A Bot API that does nothing but keep many chats clicking, fast enough to never be the narrow place.

`python -m bench.standin PORT BOTS CHATS [THINK [LATENCY]]`: every chat presses a button, waits for the edited message
and, after THINK seconds, presses the next. Unless THINK is 0, more than 30 messages of a bot in any second, new or
edited, are refused with 429. A message to a chat that only reads is answered after LATENCY seconds.
GET /begin lets them start, /end lets them press no more.
GET /stats answers with the turns and their reply times since the last call, GET /received with how many messages
each of the chats that only read got.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, deque
from typing import Any
from urllib.parse import parse_qs

import httptools
import uvloop

BOT_BASE = 1_000
CHAT_BASE = 1_000_000
READER_BASE = 2_000_000  # chats that only read
LIMIT = 30
SCREEN = 10  # the id of the one message that is edited all the time
DONE = b"true"


class Bot:
    def __init__(self, bot_id: int) -> None:
        self.bot_id = bot_id
        self.username = f"bench{bot_id}_bot"
        self.updates: deque[dict[str, Any]] = deque()
        self.next_id = 1
        self.sent: deque[float] = deque()  # within the last second
        self.busiest = 0  # most messages in a second
        self.poller: Connection | None = None

    def press(self, chat_id: int, data: str) -> None:
        user = {
            "id": chat_id,
            "is_bot": False,
            "first_name": "Иван",
            "username": f"u{chat_id}",
            "language_code": "ru",
        }
        message = {
            "message_id": SCREEN,
            "date": 1_770_000_000,
            "chat": {"id": chat_id, "type": "private", "first_name": "Иван"},
            "from": self.me(),
            "text": "Экран, на котором нажали кнопку",
            "reply_markup": {"inline_keyboard": [[{"text": "Дальше", "callback_data": data}]]},
        }
        query = {
            "id": str(self.next_id),
            "from": user,
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        self.push({"callback_query": query})

    def start(self, chat_id: int) -> None:
        user = {
            "id": chat_id,
            "is_bot": False,
            "first_name": "Иван",
            "username": f"u{chat_id}",
            "language_code": "ru",
        }
        chat = {"id": chat_id, "type": "private", "first_name": "Иван"}
        entities = [{"type": "bot_command", "offset": 0, "length": 6}]
        message = {"message_id": 1, "date": 1_770_000_000, "chat": chat, "from": user, "text": "/start"}
        self.push({"message": message | {"entities": entities}})

    def may_send(self) -> bool:
        """Telegram's limit; a refused message does not count against it."""
        now = time.perf_counter()
        while self.sent and now - self.sent[0] >= 1.0:
            self.sent.popleft()
        if len(self.sent) == LIMIT:
            return False
        self.sent.append(now)
        self.busiest = max(self.busiest, len(self.sent))
        return True

    def push(self, update: dict[str, Any]) -> None:
        self.updates.append({"update_id": self.next_id} | update)
        self.next_id += 1
        if self.poller is not None:
            poller, self.poller = self.poller, None
            # Later in this loop turn: presses of one moment travel together, as they do in Telegram.
            asyncio.get_running_loop().call_later(0.001, self.deliver, poller)

    def deliver(self, poller: Connection) -> None:
        poller.reply(json.dumps(list(self.updates)[:100]).encode())

    def confirm(self, offset: int) -> None:
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()

    def me(self) -> dict[str, Any]:
        return {"id": self.bot_id, "is_bot": True, "first_name": "Bench", "username": self.username}


class Net:
    """All bots and their clicking chats."""

    def __init__(self, bots: int, chats: int, think: float, latency: float) -> None:
        self.bots = {BOT_BASE + number: Bot(BOT_BASE + number) for number in range(bots)}
        self.chats = chats
        self.think = think
        self.limited = bool(think)  # who only measures turns is not held up
        self.latency = latency
        self.received: Counter[int] = Counter()  # by chats that only read
        self.broadcast = 0  # as many together
        self.replies = 0  # messages to chats that click, new or edited
        self.refused = 0
        self.pressed_at: dict[tuple[int, int], float] = {}
        self.waiting: dict[tuple[int, int], float] = {}  # whose press has no answer yet
        self.repeated = 0  # answers to nothing
        self.ended = False
        self.shown: dict[tuple[int, int], int] = {}
        self.screen: dict[tuple[int, int], str] = {}
        self.times: list[float] = []
        self.calls = 0
        self.polling: set[int] = set()

    def begin(self) -> None:
        for bot in self.bots.values():
            for number in range(self.chats):
                # People do not come at the same moment, unless they are to click as fast as they can.
                asyncio.get_running_loop().call_later(
                    2 * self.think * number / self.chats, self.start, bot, CHAT_BASE + number
                )

    def start(self, bot: Bot, chat_id: int) -> None:
        key = bot.bot_id, chat_id
        self.pressed_at[key] = self.waiting[key] = time.perf_counter()
        bot.start(chat_id)

    def turned(self, bot: Bot, chat_id: int, markup: str) -> None:
        """The answer to a press has arrived: the chat presses the next button."""
        key = bot.bot_id, chat_id
        if self.waiting.pop(key, None) is None:
            self.repeated += 1
            return
        self.times.append(time.perf_counter() - self.pressed_at[key])
        self.shown[key] = self.shown.get(key, 0) + 1
        self.screen[key] = markup = markup or self.screen[key]  # a notice leaves the screen above it as it was
        if self.think:
            asyncio.get_running_loop().call_later(self.think, self.press, bot, chat_id)
        else:
            self.press(bot, chat_id)

    def press(self, bot: Bot, chat_id: int) -> None:
        if self.ended:
            return
        key = bot.bot_id, chat_id
        self.pressed_at[key] = self.waiting[key] = time.perf_counter()
        bot.press(chat_id, self.choose(self.screen[key], self.shown[key]))

    @staticmethod
    def choose(markup: str, turn: int) -> str:
        rows = json.loads(markup).get("inline_keyboard", []) if markup else []
        buttons = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
        buttons = [data for data in buttons if data.startswith("f:")]
        forward = [data for data in buttons if data.rpartition(":")[2].isdigit()]
        if forward and turn % 7:
            return str(forward[turn % len(forward)])
        return str(buttons[-1]) if buttons else "x"

    def stats(self) -> dict[str, Any]:
        times, self.times = sorted(self.times), []
        calls, self.calls = self.calls, 0
        return {
            "turns": len(times),
            "calls": calls,
            "p50": at(times, 0.5),
            "p95": at(times, 0.95),
            "longest": max([*times[-1:], *(time.perf_counter() - since for since in self.waiting.values())], default=0),
            "waiting": len(self.waiting),
            "repeated": self.repeated,
            "pushed": sum(bot.next_id - 1 for bot in self.bots.values()),
            "polling": len(self.polling),
            "broadcast": self.broadcast,
            "replies": self.replies,
            "busiest": max(bot.busiest for bot in self.bots.values()),
            "refused": self.refused,
        }


def at(times: list[float], share: float) -> float:
    return times[int(len(times) * share)] if times else 0.0


class Connection(asyncio.Protocol):
    def __init__(self, net: Net) -> None:
        self.net = net
        self.body = b""
        self.url = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        url, body = self.url.decode(), self.body
        self.url, self.body = b"", b""
        self.route(url, body)

    def route(self, url: str, body: bytes) -> None:
        if url == "/stats":
            self.send(json.dumps(self.net.stats()).encode())
            return
        if url == "/received":
            self.send(json.dumps(self.net.received).encode())
            return
        if url == "/end":
            self.net.ended = True
            self.send(b"{}")
            return
        if url == "/begin":
            self.net.begin()
            self.send(b"{}")
            return
        token, _slash, method = url.removeprefix("/bot").partition("?")[0].partition("/")
        bot = self.net.bots[int(token.partition(":")[0])]
        self.net.calls += 1
        self.call(bot, method.lower(), body)

    def call(self, bot: Bot, method: str, body: bytes) -> None:
        match method:
            case "getupdates":
                self.poll(bot, params(body))
            case "getme":
                self.reply(json.dumps(bot.me()).encode())
            case "editmessagetext" | "sendmessage":
                if self.net.limited and not bot.may_send():
                    self.net.refused += 1
                    self.refuse()
                else:
                    self.message(bot, params(body), new=method == "sendmessage")
            case _:
                self.reply(DONE)

    def message(self, bot: Bot, asked: dict[str, str], *, new: bool) -> None:
        chat_id, markup = int(asked["chat_id"]), asked.get("reply_markup", "")
        if chat_id >= READER_BASE:
            self.net.broadcast += 1
            self.net.received[chat_id] += 1
            asyncio.get_running_loop().call_later(self.net.latency, self.reply, MESSAGE)
            return
        self.net.replies += 1
        self.reply(MESSAGE)
        # A greeting comes with the persistent keyboard and a screen follows it; the question about offers,
        # asked once, comes beside a screen.
        if not new or ('"keyboard"' not in markup and '"c:agree' not in markup):
            self.net.turned(bot, chat_id, markup)

    def poll(self, bot: Bot, asked: dict[str, str]) -> None:
        self.net.polling.add(bot.bot_id)
        if asked.get("offset"):
            bot.confirm(int(asked["offset"]))
        if bot.updates or asked.get("timeout") in (None, "0"):
            bot.deliver(self)
        else:
            bot.poller = self

    def reply(self, result: bytes) -> None:
        self.send(b'{"ok":true,"result":' + result + b"}")

    def refuse(self) -> None:
        body = b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":1}}'
        self.send(body, status=b"429 Too Many Requests")

    def send(self, body: bytes, status: bytes = b"200 OK") -> None:
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head % (status, len(body)) + body)


MESSAGE = json.dumps(
    {
        "message_id": SCREEN,
        "date": 1_770_000_000,
        "chat": {"id": CHAT_BASE, "type": "private"},
        "text": "Экран",
    }
).encode()


def params(body: bytes) -> dict[str, str]:
    if body[:1] == b"{":
        asked = json.loads(body)
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()}
    if body[:2] == b"--":
        return multipart(body.decode())
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def multipart(body: str) -> dict[str, str]:
    """aiogram sends every call as multipart."""
    boundary = body.partition("\r\n")[0]
    found = {}
    for part in body.split(boundary):
        head, _empty, value = part.partition("\r\n\r\n")
        if 'name="' in head:
            found[head.partition('name="')[2].partition('"')[0]] = value.removesuffix("\r\n")
    return found


async def main(port: int, bots: int, chats: int, think: float = 0.0, latency: float = 0.0) -> None:
    net = Net(bots, chats, think, latency)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(net), "127.0.0.1", port, backlog=4096)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(*(int(argument) for argument in sys.argv[1:4]), *(float(word) for word in sys.argv[4:6])))
