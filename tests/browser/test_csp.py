"""Every page of the panel works under its Content Security Policy, and a hostile text runs on none of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from partners import tenancy
from partners.models import Lead, Partner
from tests.browser.test_admin import publish_sample
from tests.personas import client_of, operator
from tests.wall_rows import make_full_partner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = "</script><img src=x onerror=window.hacked=1>\"'><svg onload=window.hacked=1>{{7*7}}"
PARTS = 4  # so that several workers walk at once
NAMED = (
    *("index", "second_factor_setup", "password_change", "funnels_question_inbox", "funnels_sequences"),
    *("content_outboxmessage_overview", "content_post_calendar", "content_idea_import"),
)


def addresses(request: HttpRequest) -> Iterator[str]:
    for name in NAMED:
        yield reverse(f"admin:{name}")
    yield reverse("admin:funnels_sequence", args=["weight"])
    for model, pages in admin.site._registry.items():
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{stem}_changelist")
        if pages.has_add_permission(request):  # else it is the same refusal everywhere
            yield reverse(f"{stem}_add")
        with tenancy.all_partners():
            row = model._base_manager.order_by("-pk").first()
        if row is None:
            continue
        for page in ("change", "diagram", "diff", "play"):
            try:
                yield reverse(f"{stem}_{page}", args=[row.pk])
            except NoReverseMatch:
                continue


@pytest.fixture
def hostile() -> Partner:
    """A partner all of whose people have tried to get in by their names."""
    partner = make_full_partner("anna")
    publish_sample()
    with tenancy.all_partners():
        Partner.objects.update(name=HOSTILE, story=HOSTILE, group_title=HOSTILE)
        Lead.objects.update(first_name=HOSTILE[:64], last_name=HOSTILE[-64:], username="x")
        for model in ("content.Post", "content.Story", "content.Offer", "content.Idea", "funnels.Question"):
            _spoil(model)
        for model in ("funnels.LeadMessage", "funnels.Broadcast", "content.Document", "content.MediaItem"):
            _spoil(model)
    return partner


def _spoil(label: str) -> None:
    from django.apps import apps

    model = apps.get_model(label)
    texts = {"text", "title", "topic", "consent", "terms"} & {field.name for field in model._meta.concrete_fields}
    model._base_manager.update(**{name: HOSTILE[: model._meta.get_field(name).max_length or 200] for name in texts})


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_breaks_its_policy_or_runs_a_hostile_name(
    page: Any, live_server: Any, hostile: Partner, rf: RequestFactory, part: int
) -> None:
    request, user = rf.get("/"), operator()
    request.user = user
    cookie = client_of(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    troubles: dict[str, list[str]] = {}
    at = ""

    def told(text: str) -> None:
        troubles.setdefault(at, []).append(text[:300])

    def heard(message: Any) -> None:
        if "Content Security" in message.text:
            told(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: told(str(error)))
    page.on("dialog", lambda dialog: dialog.dismiss())
    mine = list(addresses(request))[part::PARTS]
    assert len(mine) > 10
    for at in mine:
        response = page.goto(live_server.url + at)
        if response.status >= 500 or page.evaluate("window.hacked"):
            told(f"status {response.status}, hacked: {page.evaluate('window.hacked')}")
    assert troubles == {}


def test_the_menus_of_the_panel_still_move(page: Any, live_server: Any) -> None:
    """Alpine is at work: under a policy without 'unsafe-eval' nothing of this would open."""
    cookie = client_of(operator()).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(live_server.url + reverse("admin:index"))
    assert not page.locator("#logout-form").is_visible()
    page.locator("[x-on\\:click*=openUserLinks], [x-on\\:click*=Links]").first.click()
    page.locator("#logout-form").wait_for()


def test_the_policy_stops_an_inline_script(page: Any, live_server: Any) -> None:
    """Or the walk above could not fail."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto(live_server.url + reverse("admin:login"))
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))")
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in heard)
