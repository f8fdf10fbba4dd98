"""Somebody's private chat with a bot, turn by turn, without Telegram in between."""

from __future__ import annotations

from datetime import datetime

from botrunner.turns import Turns
from content.messages import Button, Message
from funnels.dialogue import Cancel
from funnels.panel_words import PanelCommand, decode_panel
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Turn, Typed
from partners import tenancy
from partners.models import Bot
from tests.factories import NOW


class PanelChat:
    def __init__(self, bot: Bot, telegram_id: int, name: str = "Анна", username: str = "") -> None:
        self.bot, self.now = bot, NOW
        self.person = Person(telegram_id, name, username=username)
        self.said: tuple[Message, ...] = ()

    def act(self, act: Act) -> tuple[Message, ...]:
        turns = Turns(partner_id=self.bot.partner_id, bot_id=self.bot.pk, clock=lambda: self.now)
        with tenancy.partner(self.bot.partner_id):
            (self.said,) = turns._answers([Turn(self.person, act)], self.now)
        return self.said

    def command(self, text: str) -> str:
        name, _space, argument = text.partition(" ")
        self.act(PanelCommand(name, argument))
        return self.text

    def start(self, code: str) -> str:
        self.act(Opened(code))
        return self.text

    def write(self, text: str) -> str:
        self.act(Typed(text))
        return self.text

    def cancel(self) -> str:
        self.act(Cancel())
        return self.text

    def press_data(self, data: str) -> str:
        press = decode_panel(data)
        assert press is not None, data
        self.act(press)
        return self.text

    def press(self, label: str) -> str:
        return self.press_data(self.button(label).callback)

    def later(self, now: datetime) -> None:
        self.now = now

    @property
    def text(self) -> str:
        return str(self.said[-1].text) if self.said else ""

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.said[-1].buttons for button in row]

    def button(self, label: str) -> Button:
        found = [button for row in self.said[-1].buttons for button in row if label in button.text]
        assert len(found) == 1, f"{label} among {self.labels}"
        return found[0]
