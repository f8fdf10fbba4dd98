"""Which function answers which Bot API method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..errors import bad_request, forbidden
from ..params import Params
from ..polling import Polling
from ..state import BotAccount, Chat, Member, Message
from ..webhooks import Webhooks
from ..world import World


@dataclass(slots=True)
class Call:
    """One call of one bot."""

    world: World
    bot: BotAccount
    params: Params
    polling: Polling
    webhooks: Webhooks

    def chat(self) -> Chat:
        """The chat named by chat_id, if the bot is in it."""
        chat = self.world.chat_of_bot(self.bot, self.params.text("chat_id"))
        member = self.member(chat)
        kind = f"{chat.type} chat"
        if member.status == "kicked":
            raise forbidden(f"bot was kicked from the {kind}")
        if not member.inside:
            raise forbidden(f"bot is not a member of the {kind}")
        return chat

    def member(self, chat: Chat) -> Member:
        return Member("member") if chat.private else chat.member(self.bot.id)

    def message(self, chat: Chat, missing: str, name: str = "message_id") -> Message:
        message = chat.messages.get(self.params.integer(name))
        if message is None:
            raise bad_request(missing)
        return message


Handler = Callable[[Call], Any | Awaitable[Any]]
METHODS: dict[str, tuple[str, Handler]] = {}


def method(function: Handler) -> Handler:
    """Registers get_me as getMe; names are compared without case, as Telegram does."""
    first, *rest = function.__name__.split("_")
    name = first + "".join(word.capitalize() for word in rest)
    METHODS[name.lower()] = name, function
    return function
