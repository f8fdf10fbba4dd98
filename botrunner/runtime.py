"""What all bots of a runner share."""

from __future__ import annotations

from dataclasses import dataclass, field

from botrunner.delivery import Delivery
from botrunner.lease import Lease
from botrunner.menu import Menus
from botrunner.transport import SharedRequest
from botrunner.turns import Clock
from botrunner.typing_action import Typing


@dataclass(slots=True)
class Runtime:
    request: SharedRequest
    api_url: str
    clock: Clock
    webhook_url: str = ""  # where Telegram brings updates; without it bots poll
    lease: Lease = field(default_factory=Lease)
    menus: Menus = field(default_factory=Menus)
    delivery: Delivery = field(init=False)
    typing: Typing = field(init=False)

    def __post_init__(self) -> None:
        self.delivery = Delivery(clock=self.clock, lease=self.lease)
        self.typing = Typing(clock=self.clock)
