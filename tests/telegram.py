"""A Telegram for the tests: the sandbox in a thread, and people to act in it.

with SandboxServer() as tg:
    tg.add_bot(token="100:AA", username="anna_bot", name="Анна")
    chat = tg.person("Иван").open("anna_bot")
    chat.start("code")
    chat.wait_for(lambda c: "Здравствуйте" in c.text)
    chat.press("← Назад")
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar

from botrunner.sandbox import groups, people
from botrunner.sandbox.clock import TimeMachine
from botrunner.sandbox.entities import to_html
from botrunner.sandbox.faults import Fault
from botrunner.sandbox.params import Upload
from botrunner.sandbox.server import Sandbox
from botrunner.sandbox.state import BotAccount, Chat, Message, Person
from botrunner.sandbox.world import ApiCall, CallbackQuery, World, utc_now
from tests import canary

T = TypeVar("T")
TIMEOUT = 60.0  # seconds: a busy machine must not fail a test


@dataclass(frozen=True)
class Button:
    text: str
    url: str | None = None
    callback_data: str | None = None


@dataclass(frozen=True)
class MessageView:
    """A message as a person sees it; `html` is its text with Telegram's tags."""

    id: int
    text: str
    html: str
    buttons: list[list[Button]]
    photo: str | None
    document: str | None
    edited: bool
    from_bot: bool
    sender_id: int
    thread_id: int | None
    reply_to: int | None
    reactions: dict[int, list[str]]
    contact: dict[str, Any] | None
    reply_keyboard: list[list[str]] | None

    @property
    def button_texts(self) -> list[list[str]]:
        return [[button.text for button in row] for row in self.buttons]


class SandboxServer:
    """Flood limits are off unless asked for. `now` is the clock of this Telegram."""

    def __init__(
        self,
        *,
        rate_limits: bool = False,
        now: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        record: bool = True,
        port: int = 0,
        machine: TimeMachine | None = None,
    ) -> None:
        self.world = World(now=now, rate_limits=rate_limits)
        self.world.faults.latency = latency
        self.port = port
        self._sandbox = Sandbox(self.world, record=record, machine=machine)
        self._sandbox.api.on_answer = self._changed
        self._sandbox.api.polling.on_wait = self._changed
        self.world.listeners.append(lambda _: self._changed())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._condition = threading.Condition()
        self._version = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens again on the same port after stop(); the world is as it was."""
        self.port = self._wait(self._sandbox.start("127.0.0.1", self.port))

    def stop(self) -> None:
        self._wait(self._sandbox.stop())

    # -- who is there --------------------------------------------------------

    def add_bot(self, token: str, username: str, name: str = "Bot", *, privacy: bool = True) -> BotAccount:
        bot = self.do(lambda: self.world.add_bot(token, username, name))
        bot.privacy = privacy
        return bot

    def person(self, first_name: str, *, user_id: int | None = None, **fields: str) -> PersonDriver:
        """fields: last_name, username, language_code, phone."""
        return PersonDriver(self, self.do(lambda: self.world.add_person(first_name, user_id=user_id, **fields)))

    def group(
        self,
        title: str,
        *,
        kind: str = "supergroup",
        forum: bool = False,
        chat_id: int | None = None,
        owner: PersonDriver | None = None,
        admins: list[str] | None = None,
        bots: list[str] | None = None,
    ) -> Chat:
        """A group with its owner and bots by username: `admins` lead, `bots` are plain members."""

        def create() -> Chat:
            chat = self.world.add_group(title, kind=kind, forum=forum, chat_id=chat_id)
            if owner is not None:
                groups.set_member(self.world, chat, owner.id, "creator")
            for status, names in (("administrator", admins), ("member", bots)):
                for name in names or []:
                    groups.set_member(self.world, chat, self._bot(name).id, status, by=owner.id if owner else None)
            return chat

        return self.do(create)

    def set_member(self, chat: Chat, user_id: int, status: str, rights: dict[str, bool] | None = None) -> None:
        self.do(lambda: groups.set_member(self.world, chat, user_id, status, rights=rights))

    def upgrade(self, chat: Chat, *, chat_id: int | None = None) -> Chat:
        return self.do(lambda: groups.upgrade_group(self.world, chat, chat_id=chat_id))

    def _bot(self, username: str) -> BotAccount:
        bot = self.world.bot_by_username(username)
        assert bot is not None, f"no bot @{username}"
        return bot

    # -- what bots do, and trouble -------------------------------------------

    def calls(self, method: str | None = None, *, bot_id: int | None = None) -> list[ApiCall]:
        """Recorded Bot API calls, oldest first; getUpdates is left out unless asked for."""
        wanted = method and method.lower()
        recorded = self.do(lambda: list(self._sandbox.api.calls or ()))
        return [
            call
            for call in recorded
            if (call.method.lower() == wanted if wanted else call.method != "getUpdates")
            and bot_id in (None, call.bot_id)
        ]

    def waiting_pollers(self) -> int:
        """How many bots hang in getUpdates now."""
        return self.do(lambda: sum(map(self._sandbox.api.polling.waiting, self.world.state.bots.values())))

    def fail_next(
        self,
        method: str = "",
        code: int = 500,
        description: str = "Internal Server Error",
        *,
        retry_after: int | None = None,
        times: int = 1,
        bot_id: int | None = None,
    ) -> None:
        self._plan(Fault("error", method, times, bot_id, code, description, retry_after))

    def drop_next(self, method: str = "", *, times: int = 1, bot_id: int | None = None) -> None:
        """The connection is cut before anything is done."""
        self._plan(Fault("drop", method, times, bot_id))

    def lose_next(self, method: str = "", *, times: int = 1, bot_id: int | None = None) -> None:
        """The work is done, the answer never arrives."""
        self._plan(Fault("lose", method, times, bot_id))

    def _plan(self, fault: Fault) -> None:
        self.do(lambda: self.world.faults.planned.append(fault))

    def clear_faults(self) -> None:
        self.do(self.world.faults.planned.clear)
        self.world.faults.latency = 0.0

    def revoke(self, token: str) -> None:
        self.world.bot_by_token(token).revoked = True

    # -- the thread ----------------------------------------------------------

    def do(self, function: Callable[[], T]) -> T:
        """Runs in the server's thread, where the world lives."""

        async def call() -> T:
            return function()

        return self._wait(call())

    def _wait(self, coroutine: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)

    def _changed(self) -> None:
        with self._condition:
            self._version += 1
            self._condition.notify_all()

    def _changed_since(self, version: int) -> bool:
        return self._version != version

    def wait_for(self, condition: Callable[[], object], timeout: float = TIMEOUT, failure: str = "") -> None:
        """Asks again after every change in the world. Raises AssertionError when it never came true."""
        deadline = time.monotonic() + timeout
        while True:
            seen = self._version
            if condition():
                return
            with self._condition:
                left = deadline - time.monotonic()
                if not self._condition.wait_for(partial(self._changed_since, seen), left):
                    break
        assert condition(), failure or "it did not happen in time"


class PersonDriver:
    def __init__(self, server: SandboxServer, person: Person) -> None:
        self.server = server
        self.person = person
        self.id = person.id

    def open(self, username: str) -> ChatDriver:
        """The private chat with a bot."""
        bot = self.server._bot(username)
        return ChatDriver(self, self.server.do(lambda: self.server.world.private_chat(bot, self.person)))

    def enter(self, group: Chat) -> ChatDriver:
        """Joins the group unless already in it."""
        if not group.member(self.id).inside:
            self.server.set_member(group, self.id, "member")
        return ChatDriver(self, group)


class Press:
    """A pressed inline button; `answer` is what answerCallbackQuery showed: text, alert, url."""

    def __init__(self, server: SandboxServer, query: CallbackQuery) -> None:
        self._server = server
        self.query = query

    @property
    def answer(self) -> dict[str, Any] | None:
        return self.query.answer

    def wait_answer(self, timeout: float = TIMEOUT) -> dict[str, Any]:
        self._server.wait_for(lambda: self.answer is not None, timeout, "the press was not answered")
        assert self.answer is not None
        return self.answer


class ChatDriver:
    """A chat in the hands of one person."""

    def __init__(self, owner: PersonDriver, chat: Chat) -> None:
        self.owner = owner
        self.chat = chat
        self._server = owner.server
        self._world = owner.server.world

    # -- acting --------------------------------------------------------------

    def start(self, code: str = "") -> MessageView:
        if self.chat.blocked:
            self.unblock()
        return self.send(f"/start {code}".strip())

    def send(self, text: str, *, reply_to: int | None = None, thread_id: int | None = None) -> MessageView:
        return self._act(people.send_text, canary.words(text), reply_to=reply_to, thread_id=thread_id)

    def send_photo(self, data: bytes, *, caption: str = "") -> MessageView:
        return self._act(people.send_file, Upload("photo.png", "image/png", data), caption=caption)

    def send_document(self, name: str, data: bytes, mime: str = "application/octet-stream") -> MessageView:
        return self._act(people.send_file, Upload(name, mime, data))

    def share_contact(self, phone: str = "", *, owner_id: int | None = None) -> MessageView:
        return self._act(people.share_contact, phone=canary.phone(phone), owner_id=owner_id)

    def edit(self, message_id: int, text: str) -> MessageView:
        return self._act(people.edit_text, message_id, canary.words(text))

    def press(self, text: str, *, message_id: int | None = None) -> Press | None:
        """The inline button of the newest message that has it, else the button of the reply keyboard.

        Waits for it: when one of two messages is there, the other may still be on its way.
        """
        self.wait_for(lambda c: c._find_button(text, message_id)[0] or c._reply_key(text))
        button, owner_id = self._find_button(text, message_id)
        if button is None:
            assert message_id is None, f"no button {text!r} on message {message_id}"
            self._press_reply_key(text)
            return None
        assert button.callback_data is not None, f"{text!r} is a link to {button.url}"
        return self.press_data(button.callback_data, owner_id)

    def press_data(self, callback_data: str, message_id: int) -> Press:
        query = self._server.do(
            lambda: people.press(self._world, self.owner.person, self.chat, message_id, callback_data)
        )
        return Press(self._server, query)

    def button(self, text: str) -> Button:
        found, _ = self._find_button(text, None)
        assert found is not None, f"no button {text!r} in:\n{self.transcript()}"
        return found

    def _find_button(self, text: str, message_id: int | None) -> tuple[Button | None, int]:
        for message in reversed(self.messages):
            if message_id in (None, message.id):
                for row in message.buttons:
                    for button in row:
                        if button.text == text:
                            return button, message.id
        return None, 0

    def _reply_key(self, text: str) -> dict[str, Any] | None:
        keys = [key for row in (self.chat.keyboard or {}).get("keyboard", []) for key in row]
        return next((key for key in keys if key["text"] == text), None)

    def _press_reply_key(self, text: str) -> None:
        key = self._reply_key(text)
        assert key is not None, f"no button {text!r} in:\n{self.transcript()}"
        if key.get("request_contact"):
            self.share_contact()
        else:
            self.send(text)

    def react(self, message_id: int, *emojis: str) -> None:
        self._act_silently(people.react, message_id, list(emojis))

    def block(self) -> None:
        self._act_silently(people.set_blocked, True)

    def unblock(self) -> None:
        self._act_silently(people.set_blocked, False)

    def leave(self) -> None:
        self._server.set_member(self.chat, self.owner.id, "left")

    def new_topic(self, name: str) -> int:
        return self._server.do(lambda: groups.create_topic(self._world, self.chat, self.owner.id, name).id)

    def _act(self, action: Callable[..., Message], *args: object, **kwargs: object) -> MessageView:
        person = self.owner.person
        return self._server.do(lambda: self._view(action(self._world, person, self.chat, *args, **kwargs)))

    def _act_silently(self, action: Callable[..., None], *args: object) -> None:
        self._server.do(lambda: action(self._world, self.owner.person, self.chat, *args))

    # -- looking -------------------------------------------------------------

    @property
    def messages(self) -> list[MessageView]:
        return self._server.do(lambda: [self._view(message) for message in self.chat.messages.values()])

    @property
    def bot_messages(self) -> list[MessageView]:
        return [message for message in self.messages if message.from_bot]

    @property
    def last(self) -> MessageView:
        """The newest message; fails when there is none."""
        messages = self.messages
        assert messages, "the chat is empty"
        return messages[-1]

    @property
    def text(self) -> str:
        """The text of the newest message of the bot, empty when there is none."""
        messages = self.bot_messages
        return messages[-1].text if messages else ""

    @property
    def reply_keyboard(self) -> list[list[str]]:
        """What lies under the input field now."""
        return _key_texts(self.chat.keyboard) or []

    def wait_for(self, condition: Callable[[ChatDriver], object], timeout: float = TIMEOUT) -> ChatDriver:
        try:
            self._server.wait_for(lambda: condition(self), timeout)
        except AssertionError:
            raise AssertionError(f"it did not happen in time; the chat:\n{self.transcript()}") from None
        return self

    def wait_text(self, fragment: str, timeout: float = TIMEOUT) -> MessageView:
        """The newest message of the bot with this fragment, waiting for it."""
        self.wait_for(lambda c: any(fragment in message.text for message in c.bot_messages), timeout)
        return next(message for message in reversed(self.bot_messages) if fragment in message.text)

    def transcript(self) -> str:
        lines = []
        for message in self.messages:
            who = "bot" if message.from_bot else str(message.sender_id)
            lines.append(f"[{message.id}] {who}: {message.text} {message.button_texts or ''}")
        return "\n".join(lines)

    def _view(self, message: Message) -> MessageView:
        content, markup = message.content, message.markup or {}
        text: str = content.get("text") or content.get("caption") or ""
        entities: list[dict[str, Any]] = content.get("entities") or content.get("caption_entities") or []
        rows = markup.get("inline_keyboard", [])
        return MessageView(
            id=message.id,
            text=text,
            html=to_html(text, entities),
            buttons=[[Button(b["text"], b.get("url"), b.get("callback_data")) for b in row] for row in rows],
            photo=content.get("photo"),
            document=content.get("document"),
            edited=message.edited_at is not None,
            from_bot=message.sender_id in self._world.state.bots,
            sender_id=message.sender_id,
            thread_id=message.thread_id,
            reply_to=message.reply_to,
            reactions=dict(message.reactions),
            contact=content.get("contact"),
            reply_keyboard=_key_texts(markup),
        )


def _key_texts(markup: dict[str, Any] | None) -> list[list[str]] | None:
    if not markup or "keyboard" not in markup:
        return None
    return [[key["text"] for key in row] for row in markup["keyboard"]]
