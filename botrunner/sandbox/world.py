"""The world of the sandbox: who exists, what was said, and who is told about it.

No network and no clock of its own: `now` is given, listeners carry the news away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice

from .errors import ApiError, bad_request
from .faults import Faults
from .files import FileStore
from .rates import RateLimits
from .render import message_json
from .state import BotAccount, Chat, Json, Member, Message, Person, State, Update
from .visibility import bot_sees

UPDATE_LIFE = 24 * 3600.0
CALLBACK_LIFE = 150.0
MESSAGES_KEPT = 1000
MUST_ASK_FOR = ("chat_member", "message_reaction", "message_reaction_count")
TOKEN = re.compile(r"(\d{1,19}):[\w-]{2,100}", re.ASCII)


@dataclass(slots=True)
class CallbackQuery:
    id: str
    bot_id: int
    person_id: int
    chat_key: str
    message_id: int
    at: float
    answer: Json | None = None


@dataclass(slots=True)
class ApiCall:
    """A recorded call of the Bot API, for tests."""

    bot_id: int
    method: str
    params: Json
    at: datetime
    error: int | None = None


@dataclass(slots=True)
class News:
    """Something changed: `kind` in the words of the web chat, `chat` where, `to` one person or everybody."""

    kind: str
    chat: Chat | None = None
    message: Message | None = None
    to: int | None = None
    data: Json = field(default_factory=dict)


def utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    def __init__(
        self,
        state: State | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        rate_limits: bool = True,
        files: FileStore | None = None,
    ) -> None:
        self.state = state or State()
        self.now = now
        self.rates = RateLimits() if rate_limits else None
        self.files = files or FileStore()
        self.faults = Faults()
        self.callbacks: dict[str, CallbackQuery] = {}
        self.listeners: list[Callable[[News], None]] = []
        self.wake_bot: list[Callable[[BotAccount], None]] = []
        self._query_numbers = count(int(self.clock) << 20)
        self.usernames = {bot.username.lower(): bot.id for bot in self.state.bots.values()}

    @property
    def clock(self) -> float:
        return self.now().timestamp()

    # -- who ---------------------------------------------------------------

    def add_bot(self, token: str, username: str, name: str) -> BotAccount:
        """A new bot, or the known one with a new token and name (as BotFather would change them)."""
        match = TOKEN.fullmatch(token)
        if not match:
            raise ValueError("A bot token looks like 123456:ABC-def.")
        bot = self.state.bots.get(int(match[1]))
        if bot is None:
            bot = self.state.bots[int(match[1])] = BotAccount(int(match[1]), token, username, name)
        elif bot.token != token:
            bot.token, bot.revoked = token, False
        self.usernames.pop(bot.username.lower(), None)
        bot.username, bot.name = username, name
        self.usernames[username.lower()] = bot.id
        self.tell(News("bots"))
        return bot

    def bot_by_token(self, token: str) -> BotAccount:
        match = TOKEN.fullmatch(token)
        if not match:
            raise ApiError(404, "Not Found")
        bot = self.state.bots.get(int(match[1]))
        if bot is None or bot.token != token or bot.revoked:
            raise ApiError(401, "Unauthorized")
        return bot

    def bot_by_username(self, username: str) -> BotAccount | None:
        return self.state.bots.get(self.usernames.get(username.lower().lstrip("@"), 0))

    def add_person(self, first_name: str, *, user_id: int | None = None, **fields: str) -> Person:
        if user_id is None:
            self.state.last_user_id += 1
            user_id = self.state.last_user_id
        person = self.state.people[user_id] = Person(user_id, first_name, **fields)
        self.tell(News("people"))
        return person

    # -- where -------------------------------------------------------------

    def private_chat(self, bot: BotAccount, person: Person) -> Chat:
        key = f"{bot.id}:{person.id}"
        chat = self.state.chats.get(key)
        if chat is None:
            chat = self.state.chats[key] = Chat(key, person.id, "private", bot_id=bot.id)
        return chat

    def add_group(
        self,
        title: str,
        *,
        kind: str = "supergroup",
        forum: bool = False,
        chat_id: int | None = None,
        username: str = "",
    ) -> Chat:
        """kind is group, supergroup or channel."""
        if chat_id is None:
            self.state.last_chat_id -= 1
            chat_id = self.state.last_chat_id if kind != "group" else self.state.last_chat_id + 1_000_000_000_000
        chat = Chat(str(chat_id), chat_id, kind, title, username, forum)
        self.state.chats[chat.key] = chat
        self.tell(News("chats", chat))
        return chat

    def chat_of_bot(self, bot: BotAccount, raw_id: str) -> Chat:
        """The chat a bot names; an upgraded group answers with its new id."""
        raw_id = raw_id.strip()
        if not raw_id:
            raise bad_request("chat_id is empty")
        if raw_id.startswith("@"):
            names = (chat for chat in self.state.chats.values() if chat.username.lower() == raw_id[1:].lower())
            chat = next(names, None)
        else:
            chat = self.state.chats.get(f"{bot.id}:{raw_id}") or self.state.chats.get(raw_id)
        if chat is None or (chat.private and not chat.last_message_id):
            raise self._no_chat(raw_id)
        if chat.migrated_to is not None:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        return chat

    def _no_chat(self, raw_id: str) -> ApiError:
        known = raw_id.isdecimal()
        if known and int(raw_id) in self.state.bots:
            return ApiError(403, "Forbidden: bot can't send messages to bots")
        if known and int(raw_id) in self.state.people:
            return ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return bad_request("chat not found")

    # -- what --------------------------------------------------------------

    def post(
        self,
        chat: Chat,
        sender_id: int,
        content: Json,
        *,
        markup: Json | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """Adds a message, shows it to people and delivers it to the bots that may see it."""
        chat.last_message_id += 1
        message = Message(chat.last_message_id, sender_id, int(self.clock), content, markup, thread_id, reply_to)
        chat.messages[message.id] = message
        if len(chat.messages) > MESSAGES_KEPT:
            del chat.messages[next(iter(chat.messages))]
        self.tell(News("message", chat, message))
        self.deliver(chat, message, "channel_post" if chat.type == "channel" else "message")
        return message

    def deliver(self, chat: Chat, message: Message, kind: str) -> None:
        for bot, member in self.bots_in(chat):
            if bot.id != message.sender_id and bot_sees(bot, member, chat, message):
                self.push(bot, kind, message_json(self.state, chat, message, bot.id))

    def bots_in(self, chat: Chat) -> list[tuple[BotAccount, Member]]:
        if chat.bot_id is not None:
            return [] if chat.blocked else [(self.state.bots[chat.bot_id], Member("member"))]
        bots = self.state.bots
        return [(bots[uid], member) for uid, member in chat.members.items() if uid in bots and member.inside]

    def push(self, bot: BotAccount, kind: str, payload: Json, life: float = UPDATE_LIFE) -> None:
        """Queues an update if the bot asked for its kind (asked when it happens, not when it is fetched)."""
        wanted = kind in bot.allowed_updates if bot.allowed_updates else kind not in MUST_ASK_FOR
        if not wanted:
            return
        bot.last_update_id = (bot.last_update_id or 100_000_000) + 1
        bot.updates.append(Update(bot.last_update_id, kind, payload, self.clock + life))
        for wake in self.wake_bot:
            wake(bot)

    def fresh_updates(self, bot: BotAccount, limit: int) -> list[Update]:
        """The first of what still waits: old updates are forgotten, callback queries sooner than the rest."""
        now = self.clock
        while bot.updates and bot.updates[0].expires_at <= now:
            bot.updates.popleft()
        return list(islice((update for update in bot.updates if update.expires_at > now), limit))

    def tell(self, news: News) -> None:
        for listener in self.listeners:
            listener(news)

    def open_callback(self, bot: BotAccount, person: Person, chat: Chat, message: Message) -> CallbackQuery:
        for old in list(islice(self.callbacks.values(), 2)):
            if self.clock - old.at > CALLBACK_LIFE:
                del self.callbacks[old.id]
        number = str(next(self._query_numbers))
        query = self.callbacks[number] = CallbackQuery(number, bot.id, person.id, chat.key, message.id, self.clock)
        return query

    def callback(self, query_id: str, bot: BotAccount) -> CallbackQuery:
        query = self.callbacks.get(query_id)
        alive = query and query.answer is None and query.bot_id == bot.id and self.clock - query.at <= CALLBACK_LIFE
        if query is None or not alive:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return query

    def person_chats(self, person: Person) -> list[Chat]:
        """What this person has in the chat list."""
        return [chat for chat in self.state.chats.values() if self.is_in(person, chat) and not chat.migrated_to]

    def is_in(self, person: Person, chat: Chat) -> bool:
        return chat.id == person.id if chat.private else chat.member(person.id).inside
