"""What the sandbox remembers: plain dataclasses, saved as they are by store.py."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class StoredFile:
    """An uploaded file; `key` is its path as getFile tells it, e.g. photos/file_3.jpg."""

    key: str
    name: str
    mime: str
    size: int
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class Person:
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ru"
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(slots=True)
class Update:
    id: int
    kind: str
    payload: Json
    expires_at: float


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str = ""
    last_error_at: int = 0
    last_error: str = ""


@dataclass(slots=True)
class BotAccount:
    id: int
    token: str = field(repr=False)
    username: str
    name: str
    description: str = ""
    short_description: str = ""
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "commands"})
    privacy: bool = True
    revoked: bool = False
    allowed_updates: list[str] | None = None
    webhook: Webhook | None = None
    updates: deque[Update] = field(default_factory=deque)
    last_update_id: int = 0


@dataclass(slots=True)
class Member:
    """status is creator, administrator, member, left or kicked; rights override an administrator's."""

    status: str
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def inside(self) -> bool:
        return self.status in ("creator", "administrator", "member")

    @property
    def admin(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, True))


@dataclass(slots=True)
class Topic:
    id: int
    name: str
    icon_color: int
    closed: bool = False


@dataclass(slots=True)
class Message:
    """`content` has the fields of a Bot API message; files in it are named by their key."""

    id: int
    sender_id: int
    date: int
    content: Json
    markup: Json | None = None
    thread_id: int | None = None
    reply_to: int | None = None
    edited_at: int | None = None
    reactions: dict[int, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Chat:
    """A private chat is stored once per bot and person (`bot_id` set); its id is the person's id."""

    key: str
    id: int
    type: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    bot_id: int | None = None
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_message_id: int = 0
    read_to: dict[int, int] = field(default_factory=dict)
    cleared_to: int = 0
    blocked: bool = False
    keyboard: Json | None = None
    pinned_id: int | None = None
    migrated_to: int | None = None

    @property
    def private(self) -> bool:
        return self.type == "private"

    def member(self, user_id: int) -> Member:
        return self.members.get(user_id) or Member("left")


@dataclass(slots=True)
class State:
    bots: dict[int, BotAccount] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    last_user_id: int = 700_000_000
    last_chat_id: int = -1_001_000_000_000
    last_file: int = 0
