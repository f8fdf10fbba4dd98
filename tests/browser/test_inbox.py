from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from funnels.models import Question
from partners import tenancy
from tests.browser.test_admin import PHONE, follow, log_in
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.question_samples import unanswered
from tests.personas import operator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_operator_answers_everybody_at_once(page: Any, live_server: Any, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    bot = make_bot(make_partner("anna", name="Анна Смирнова"))
    for _person in range(3):
        unanswered(make_lead(bot.partner), "Есть ли доставка в Армению? " + "оченьдлинноеслово" * 20)
    log_in(page, live_server, operator().username)
    page.goto(f"{live_server.url}/admin/funnels/question/inbox/")
    follow(page.locator(".inbox-acts a.is-primary"))
    page.locator("[name=text]").fill("Звоните +7 916 123-45-67, расскажу.")
    follow(page.locator("[name=_check]"))
    page.locator(".problems li").wait_for()
    page.locator("[name=text]").fill("Да, **доставляем** за неделю: {shop_link}")
    page.locator("[name=question]").last.uncheck()
    follow(page.locator("[name=_check]"))
    assert page.locator(".broadcast-count b").inner_text() == "2"
    assert page.locator(".bubble-text b", has_text="доставляем").is_visible()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    follow(page.locator("[name=_confirm]"))
    page.locator(".inbox-group").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with tenancy.all_partners():
        assert sorted(Question.objects.values_list("outcome", flat=True)) == ["", "due", "due"]
