"""«Проиграть» in the panel: who may, what is shown, and that nothing is kept."""

from __future__ import annotations

import html
import re

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funnels.models import FunnelVersion
from funnels.services import versions
from funnels.simulator import MOST_ACTS
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.funnels.sequence_samples import GOOD_SEQUENCE, broken_sequence
from tests.network import publish_network
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db

SETUP = {"name": "Мария", "style": "ty", "zone": "Europe/Moscow", "quiet_from": "21:00", "quiet_to": "10:00"}


@pytest.fixture(autouse=True)
def main(db: None) -> FunnelVersion:
    return publish_network()


def sequence(text: str = GOOD_SEQUENCE, partner: Partner | None = None) -> FunnelVersion:
    with tenancy.all_partners():
        kind = FunnelVersion.Kind.SEQUENCE
        return versions.save_draft(kind=kind, key="weight", text=text, partner=partner, author=None, now=NOW)


def url(version: FunnelVersion) -> str:
    return reverse("admin:funnels_funnelversion_play", args=[version.pk])


def life_in(page: str) -> str:
    found = re.search(r'name="life" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def act_of(page: str, label: str) -> str:
    """What the newest button with this label sends."""
    found = re.findall(r'<button name="act" value="([^"]+)"[^>]*>([^<]*)</button>', page)
    return next(html.unescape(act) for act, text in reversed(found) if label in text)


def play(client: Client, version: FunnelVersion, *wishes: str, **setup: str) -> str:
    """The page after these acts; «… is the label of a button."""
    page = client.get(url(version)).content.decode()
    for wish in wishes or ("",):
        act = act_of(page, wish[1:]) if wish.startswith("«") else wish
        data = {"life": life_in(page), "act": act, **SETUP, **setup}
        page = client.post(url(version), data).content.decode()
    return page


@pytest.fixture
def client() -> Client:
    return client_of(operator())


def test_a_draft_of_a_sequence_is_played_and_nothing_is_kept(client: Client) -> None:
    version = sequence()
    with CaptureQueriesContext(connection) as captured:
        page = play(client, version, "next", "next", "next", "next", "next")
    for said in ("Первое", "Второе тебе", "Третье.", "Четвёртое", "Пятое"):
        assert said in page
    written = [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_funnel_is_played_by_its_buttons(client: Client, main: FunnelVersion) -> None:
    page = play(client, main, "«улучшить здоровье", "«Похудеть", "«И что с этим", "«Да, подбери", "«5–10 кг")
    assert "Присылать полезное по теме" in page
    assert 'class="play-keyboard"' in page
    page = play(client, main, "key:1")
    assert "💼 Бизнес" in page


def test_a_text_that_cannot_be_read_shows_its_mistakes(client: Client) -> None:
    page = client.get(url(sequence("steps: ["))).content.decode()
    assert 'class="play-phone"' not in page
    assert "problem-sentence" in page
    page = play(client, sequence(broken_sequence('text: "Третье."', 'text: "[[Третье"')), "next", "next", "next")
    assert 'class="play-phone"' in page
    assert "problem-sentence" in page


@pytest.mark.parametrize(
    "carried",
    ["", "x", "x" * 100_000, signing.dumps(["2026-03-02T09:00:00+00:00", "next"], salt="another")],
    ids=["nothing", "nonsense", "too long", "signed for another page"],
)
def test_a_life_that_this_page_did_not_write_begins_anew(client: Client, carried: str) -> None:
    version = sequence()
    page = client.post(url(version), {"life": carried, "act": "", **SETUP}).content.decode()
    assert "Первое" not in page
    assert 'class="play-phone"' in page


def test_a_life_does_not_grow_for_ever(client: Client) -> None:
    version = sequence()
    page = client.get(url(version)).content.decode()
    salt = f"funnels.simulator.{version.pk}"
    long = signing.dumps([signing.loads(life_in(page), salt=salt)[0], *["hour"] * MOST_ACTS], salt=salt, compress=True)
    page = client.post(url(version), {"life": long, "act": "hour", **SETUP}).content.decode()
    assert len(signing.loads(life_in(page), salt=salt)) == MOST_ACTS + 1
    assert re.search(r'value="day"[^>]*disabled', page)
    page = client.post(url(version), {"life": long, "act": "again", **SETUP}).content.decode()
    assert len(signing.loads(life_in(page), salt=salt)) == 1


def test_the_setup_is_checked_and_a_mistake_stops_nothing(client: Client) -> None:
    version = sequence()
    page = play(client, version, "next", zone="Mars/Base", quiet_from="25:00")
    assert "errorlist" in page
    assert page.count("play-title") == 1


def test_a_hostile_name_stays_text(client: Client) -> None:
    text = GOOD_SEQUENCE.replace('"[[Второе тебе|Второе вам]]."', '"Привет, {first_name|друзья}."')
    page = play(client, sequence(text), "next", "next", name="<img src=x>")
    assert "Привет, &lt;img src=x&gt;." in page
    assert "<img src=x" not in page


def test_who_may_play_what(main: FunnelVersion) -> None:
    anna = make_partner("anna")
    own, network_draft = sequence(partner=anna), sequence()

    def seen(client: Client) -> tuple[int, ...]:
        return tuple(client.get(url(version)).status_code for version in (own, main, network_draft))

    assert seen(client_of(operator())) == (200, 200, 200)
    assert seen(client_of(owner(anna))) == (200, 200, 404)
    assert seen(client_of(stranger())) == (404, 200, 404)
    assert seen(client_of(colleague(anna))) == (403, 403, 403)
    assert seen(Client()) == (302, 302, 302)


def test_partners_play_with_their_own_words(client: Client) -> None:
    anna = make_partner("anna", name="Анна Смирнова", communication_style="ty", time_zone="Asia/Vladivostok")
    page = client.get(url(sequence(partner=anna))).content.decode()
    assert 'value="Asia/Vladivostok"' in page
    assert re.search(r'<option value="ty" selected', page)


def test_the_page_of_a_version_leads_here(client: Client) -> None:
    version = sequence()
    page = client.get(reverse("admin:funnels_funnelversion_change", args=[version.pk])).content.decode()
    assert url(version) in page
