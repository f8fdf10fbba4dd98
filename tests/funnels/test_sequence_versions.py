"""Versions of sequences: published with their checks, edited under way, and shown day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from content.models import OutboxMessage
from funnels.models import FunnelVersion
from funnels.services import versions
from partners import clock, tenancy
from partners.models import Bot, Partner
from partners.strict_yaml import Problem
from tests.factories import make_partner
from tests.funnels.sequence_samples import GOOD_SEQUENCE, broken_sequence
from tests.funnels.test_tick import bot as bot  # a fixture
from tests.funnels.test_tick import enter, make_walker, tick_at
from tests.network import publish_network
from tests.personas import client_of, operator, owner

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIST = "/admin/funnels/funnelversion/"
PRESETS = Path(settings.BASE_DIR) / "funnels" / "presets"
SAMPLE = GOOD_SEQUENCE.replace("to: choice", "to: weight_choice")


def saved(
    text: str = SAMPLE, kind: str = "sequence", key: str = "weight", partner: Partner | None = None
) -> FunnelVersion:
    with tenancy.all_partners():
        return versions.save_draft(kind=kind, key=key, text=text, partner=partner, author=None, now=NOON)


def publish(version: FunnelVersion) -> None:
    with tenancy.all_partners():
        versions.publish(version=version, now=NOON)


def problems(version: FunnelVersion) -> list[Problem]:
    with tenancy.all_partners():
        return versions.problems_of(version)


def page(version: FunnelVersion, name: str = "change") -> str:
    return reverse(f"admin:funnels_funnelversion_{name}", args=[version.pk])


def shown(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def main_without(step: str) -> str:
    """The main funnel with a step under another name."""
    text = (PRESETS / "main.yaml").read_text(encoding="utf-8")
    assert step in text
    return text.replace(f"{step}:", f"{step}_x:").replace(f"to: {step}\n", f"to: {step}_x\n").replace(
        f"to: {step}}}", f"to: {step}_x}}"
    )  # fmt: skip


def test_an_edit_of_the_fourth_text_reaches_who_stands_at_the_third(bot: Bot) -> None:
    text = (PRESETS / "sequences" / "weight.yaml").read_text(encoding="utf-8")
    publish(saved(text))
    lead = make_walker(bot)
    enter(bot, lead)
    now, third = NOON, NOON + timedelta(days=7)
    while now < third and _messages(bot) < 3:
        now += timedelta(hours=1)
        tick_at(bot, now)
    assert _messages(bot) == 3
    publish(saved(text.replace("Теперь о продукте, коротко и с двух сторон.", "Теперь о продукте, по-новому.")))
    while _messages(bot) == 3:
        now += timedelta(hours=1)
        tick_at(bot, now)
    with tenancy.partner(bot.partner_id):
        last = OutboxMessage.objects.order_by("-pk")[0]
    assert last.dedupe_key.endswith(":shake")
    assert last.payload["text"].startswith("Теперь о продукте, по-новому.")


def _messages(bot: Bot) -> int:
    with tenancy.partner(bot.partner_id):
        return OutboxMessage.objects.count()


# Checks


def test_the_text_belongs_to_its_version() -> None:
    publish_network()
    version = saved(key="energy")
    assert [problem.code for problem in problems(version)] == ["another_key"]
    with pytest.raises(versions.NotPublishable):
        publish(version)


def test_a_main_funnel_without_a_step_that_messages_lead_to_warns() -> None:
    publish_network()
    publish(saved())
    text = main_without("weight_choice")
    [problem] = problems(saved(text, "funnel", "main"))
    assert (problem.code, problem.severity) == ("lost_jump", "warning")
    assert "weight_choice" in problem.sentence
    assert "Проба: one" in problem.sentence


def test_only_those_whom_the_funnel_is_for_are_asked() -> None:
    publish_network()
    anna, boris = make_partner("anna"), make_partner("boris")
    text = main_without("weight_choice")
    publish(saved(SAMPLE, partner=anna))
    assert [problem.code for problem in problems(saved(text, "funnel", "main", anna))] == ["lost_jump"]
    assert problems(saved(text, "funnel", "main", boris)) == []
    assert [problem.code for problem in problems(saved(text, "funnel", "main"))] == ["lost_jump"]
    publish(saved((PRESETS / "main.yaml").read_text(encoding="utf-8"), "funnel", "main", anna))
    assert problems(saved(text, "funnel", "main")) == []


def test_a_step_can_be_renamed_first_in_the_funnel_then_in_the_sequence() -> None:
    publish_network()
    publish(saved())
    client, funnel = client_of(operator()), saved(main_without("weight_choice"), "funnel", "main")
    text = client.post(page(funnel, "publish"), follow=True).content.decode()
    assert "Опубликовано" in text
    assert "weight_choice" in text
    assert problems(saved()) != []
    publish(saved(SAMPLE.replace("to: weight_choice", "to: weight_choice_x")))
    assert problems(funnel) == []


# The panel


def test_a_draft_is_written_checked_and_published_in_the_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    publish_network()
    client = client_of(operator())
    values = {"kind": "sequence", "key": "weight", "note": "проба", "text": broken_sequence("to: choice", "to: gone")}
    text = client.post("/admin/funnels/funnelversion/add/", values, follow=True).content.decode()
    assert "Шага «gone» нет" in text
    with tenancy.all_partners():
        version = FunnelVersion.objects.get(key="weight")
    assert (version.kind, version.number) == ("sequence", 1)
    client.post(page(version), {"text": SAMPLE, "note": ""})
    text = client.post(page(version, "publish"), follow=True).content.decode()
    assert "новый текст" in text
    client.post(page(version, "copy"))
    with tenancy.all_partners():
        copy = FunnelVersion.objects.get(key="weight", number=2)
    assert (copy.kind, copy.text) == ("sequence", SAMPLE)


def test_what_is_typed_is_checked_as_what_it_is() -> None:
    publish_network()
    client, url = client_of(operator()), reverse("admin:funnels_funnelversion_check")
    values = {"text": SAMPLE, "kind": "sequence", "key": "weight", "partner": ""}
    assert "Ошибок в тексте нет" in client.post(url, values).content.decode()
    assert "data-line" in client.post(url, values | {"kind": "funnel"}).content.decode()
    assert "data-line" in client.post(url, values | {"partner": "9" * 40, "key": "x"}).content.decode()


def test_the_difference_is_to_the_same_kind() -> None:
    publish_network()
    publish(saved())
    main = saved("x: [", "funnel", "weight")
    client = client_of(operator())
    assert "ничего не публиковали" in shown(client, page(main, "diff"))
    assert "Второе иначе" in shown(client, page(saved(SAMPLE.replace("Второе тебе", "Второе иначе")), "diff"))


def test_a_funnel_of_the_same_name_does_not_replace_a_sequence() -> None:
    publish_network()
    publish(saved())
    with tenancy.all_partners():
        FunnelVersion.objects.create(
            kind="funnel", key="weight", number=5, text="", status="published", created_at=NOON, published_at=NOON
        )
    assert shown(client_of(operator()), LIST).count("действует") == 3


def test_the_days_show_what_comes_when_in_both_forms() -> None:
    publish_network()
    version = saved(partner=make_partner(name="Анна <i>"))
    text = shown(client_of(operator()), page(version, "diagram"))
    assert "16:00" in text
    assert text.count('<div class="bubble-text">') == 2 * 7
    assert "Второе тебе" in text
    assert "Второе вам" in text
    assert "Выбрать задачу" in text
    assert "&lt;script" in shown(
        client_of(operator()), page(saved(SAMPLE.replace("Третье.", "<script>alert(1)</script>")), "diagram")
    )


def test_days_that_cannot_be_drawn() -> None:
    for text in ("x: [", SAMPLE.replace("after: 4h", "after: soon"), SAMPLE.replace("Третье.", "[[одна форма")):
        assert shown(client_of(operator()), page(saved(text), "diagram"))


def test_owners_do_not_see_versions() -> None:
    version = saved()
    assert client_of(owner(make_partner())).get(page(version, "diagram")).status_code == 403
