"""What a handler gets: the bot's place in our world, and two ways to act in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.error import InvalidToken
from telegram.ext import Application, CallbackContext, ExtBot

from botrunner.db import in_partner
from botrunner.departures import Departures
from botrunner.lease import Lease
from botrunner.replies import NOWHERE, Replies
from botrunner.sender import Blocked, Undelivered, deliver
from botrunner.services import inbox
from botrunner.turns import Answered, Clock, Turns
from content.messages import Message
from funnels.services.turns import Turn

Service = Callable[..., tuple[Message, ...] | None]


@dataclass(slots=True)
class Desk:
    """What belongs to one running bot."""

    partner_id: int
    bot_id: int
    clock: Clock
    turns: Turns
    answered: Answered
    departures: Departures
    lease: Lease

    @classmethod
    def of(cls, *, partner_id: int, bot_id: int, clock: Clock, lease: Lease) -> Desk:
        turns = Turns(partner_id=partner_id, bot_id=bot_id, clock=clock)
        answered = Answered(partner_id=partner_id, bot_id=bot_id, clock=clock)
        return cls(partner_id, bot_id, clock, turns, answered, Departures.open(), lease)

    async def answer(self, bot: Any, update_id: int, replies: Replies) -> None:
        """Sends what the update's transaction decided to say."""
        if not replies.messages:
            return
        await self.lease.wait()  # somebody else may have the bot by now, and answer in our place
        try:
            await deliver(bot, replies, self.departures)
        except InvalidToken:
            return  # the poll tells of it; the answer is sent when the bot starts with a new token
        except Undelivered as error:
            await in_partner(
                self.partner_id,
                inbox.reply_lost,
                partner_id=self.partner_id,
                bot_id=self.bot_id,
                update_id=update_id,
                blocked=replies.chat_id if isinstance(error, Blocked) else None,
                error=str(error),
                now=self.clock(),
            )
        else:
            self.answered.add(update_id)


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """`context.desk` is the running bot's; handlers keep no state of their own."""

    @property
    def desk(self) -> Desk:
        desk: Desk = self.application.bot_data["desk"]
        return desk

    async def take(self, update: Update, turn: Turn, where: Replies) -> None:
        """One turn of a lead: decided, committed, then answered."""
        await self._act(update, self.desk.turns.take(update_id=update.update_id, turn=turn, where=where))

    async def settle(
        self, update: Update, service: Service | None = None, where: Replies = NOWHERE, **kwargs: Any
    ) -> None:
        """A service as the whole effect of the update; without one, the update is only ticked off."""
        settled = in_partner(
            self.desk.partner_id,
            inbox.settle,
            bot_id=self.desk.bot_id,
            update_id=update.update_id,
            service=service,
            kwargs=kwargs,
            where=where,
            now=self.desk.clock(),
        )
        await self._act(update, settled)

    async def _act(self, update: Update, effect: Awaitable[Replies]) -> None:
        try:
            replies = await effect
        except inbox.AlreadyHandled:
            # A commit whose answer the broken connection swallowed: the effect is there, its reply still waits.
            replies = await in_partner(
                self.desk.partner_id, inbox.unsent, bot_id=self.desk.bot_id, update_id=update.update_id
            )
        await self.desk.answer(self.bot, update.update_id, replies)


def desk_of(application: Application[Any, Any, Any, Any, Any, Any]) -> Desk:
    desk: Desk = application.bot_data["desk"]
    return desk
