"""A lead walks the funnel: the real runner, the real Bot API calls, the real database."""

from __future__ import annotations

from funnels.models import Conversation, FunnelEvent
from partners import tenancy
from partners.models import Bot, Lead
from tests.runner import RunnerThread
from tests.telegram import SandboxServer


def test_from_start_to_the_partners_link(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = tg.person("Иван", username="ivan").open("anna_bot")
        chat.start()
        chat.wait_for(lambda c: "🍎 Хочу улучшить здоровье" in c.text)
        for label in ("🍎 Хочу улучшить здоровье", "🔥 Похудеть"):
            chat.press(label)
    print(chat.text)
    with tenancy.partner(anna.partner_id):
        lead = Lead.objects.get()
        assert lead.first_name == "Иван"
        assert lead.pain == "weight"
        print(list(FunnelEvent.objects.values_list("kind", "step")), Conversation.objects.values())
