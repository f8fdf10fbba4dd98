from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from funnels.services.script import forget_scripts
from partners.models import Bot, Partner
from tests.factories import make_bot, make_partner
from tests.network import publish_network
from tests.telegram import SandboxServer


@pytest.fixture
def tg() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def network(transactional_db: None) -> Iterator[None]:
    """The shipped funnel, catalogue and pay plan, published."""
    publish_network()
    yield
    forget_scripts()


@pytest.fixture
def anna(network: None, tg: SandboxServer) -> Bot:
    """A partner's bot that Telegram knows. It has no quiet hours: the runner of the tests lives by the real clock."""
    style, midnight = Partner.Style.INFORMAL, time(0)
    partner = make_partner(
        "anna", name="Анна Смирнова", communication_style=style, quiet_from=midnight, quiet_to=midnight
    )
    bot = make_bot(partner, username="anna_bot")
    tg.add_bot(token=bot.token.reveal(), username="anna_bot", name="Анна")
    return bot
