"""Ideas from Telegram's export, and the pages about stories, promotions and ideas."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from content.models import Idea, Offer, Post, Story
from content.posts import export as telegram_export
from content.posts.export import ExportError, read_export, topic_of
from partners import clock, tenancy
from partners.models import Partner
from tests.content.stored_posts import make_idea
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

IDEAS, STORIES, OFFERS = (f"/admin/content/{name}/" for name in ("idea", "story", "offer"))
ORDER = "/admin/content/post/add/"
TEXT = "Белок на завтрак даёт энергию на весь день! Пишите Марии @maria_nl, +79161234567, https://example.com/белок"

pytestmark = pytest.mark.usefixtures("english")


def message(number: int = 1, text: Any = TEXT, **fields: Any) -> dict[str, Any]:
    return {"id": number, "type": "message", "date": "2026-02-01T10:00:00", "text": text} | fields


def liked(count: int) -> list[dict[str, Any]]:
    return [{"type": "emoji", "emoji": "👍", "count": count}, {"type": "emoji", "emoji": "🔥", "count": 1}]


def file_of(*messages: Any, **fields: Any) -> bytes:
    return json.dumps({"name": "О здоровье", "type": "public_channel", "messages": list(messages)} | fields).encode()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


# Reading


def test_a_topic_is_a_few_words_and_never_the_text() -> None:
    topic = topic_of(TEXT)
    assert topic.split(", ")[:3] == ["белок", "завтрак", "энергия"]
    assert not {"мария", "maria", "79161234567", "example"} & set(topic.replace(",", "").split())
    assert topic_of("12345 !!! 👍") == ""


def test_popularity_is_reactions_or_else_views() -> None:
    one, two = read_export(file_of(message(1, reactions=liked(5), views=900), message(2, views=700))).liked
    assert (one.popularity, two.popularity) == (6, 0)
    [three] = read_export(file_of(message(3, views=700))).liked
    assert three.popularity == 700
    assert str(three.written_on) == "2026-02-01"


def test_pieces_of_a_text_are_joined_and_the_rest_is_skipped() -> None:
    pieces = ["Утренний ", {"type": "bold", "text": "завтрак"}, {"type": "link"}, 5, " с белком."]
    export = read_export(
        file_of(message(1, pieces), message(2, ""), {"id": 3, "type": "service"}, "x", None, message(4, date="когда"))
    )
    assert [one.topic for one in export.liked] == ["завтрак, белок"]
    assert (export.source, export.skipped) == ("О здоровье", 5)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"messages": 5}',
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"messages": [' + b"9" * 6_000 + b"]}",
    ],
)
def test_what_is_no_export_is_told(data: bytes) -> None:
    with pytest.raises(ExportError):
        read_export(data)


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_export, "MOST_MESSAGES", 2)
    with pytest.raises(ExportError):
        read_export(file_of(*map(message, range(3))))
    monkeypatch.setattr(telegram_export, "MAX_BYTES", 100)
    with pytest.raises(ExportError):
        read_export(file_of(message()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("id", "type", "date", "text", "reactions", "views")


@settings(max_examples=80)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON, max_size=4), JSON)
def test_a_hostile_export_is_read_or_refused(messages: list[Any], name: Any) -> None:
    base = [message() | entry if isinstance(entry, dict) else entry for entry in messages]
    for one in read_export(json.dumps({"name": name, "messages": base}).encode()).liked:
        assert 0 <= one.popularity <= telegram_export.MOST_POPULAR
        assert 0 < one.message_id <= telegram_export.BIGGEST_ID


# Taking in


@pytest.fixture
def export_file(tmp_path: Path) -> Callable[..., Path]:
    def write(*messages: Any) -> Path:
        path = tmp_path / "result.json"
        path.write_bytes(file_of(*messages))
        return path

    return write


def stored() -> list[tuple[int, int]]:
    with tenancy.all_partners():
        return list(Idea.objects.order_by("message_id").values_list("message_id", "popularity"))


@pytest.mark.django_db
def test_the_command_takes_in_once(export_file: Callable[..., Path]) -> None:
    out = io.StringIO()
    call_command("import_ideas", str(export_file(message(1, views=5), message(2, views=7))), stdout=out)
    assert "New ideas: 2" in out.getvalue()
    call_command("import_ideas", str(export_file(message(1, views=50), message(3, views=9))), stdout=out)
    assert "New ideas: 1, known already: 1" in out.getvalue()
    assert stored() == [(1, 50), (2, 7), (3, 9)]


@pytest.mark.django_db
def test_a_partners_ideas_are_their_own(export_file: Callable[..., Path]) -> None:
    make_partner("anna")
    boris = make_partner("boris")
    call_command("import_ideas", str(export_file(message())), "--partner", "anna", stdout=io.StringIO())
    with tenancy.partner(boris.pk):
        assert not Idea.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_ideas", str(export_file(message())), "--partner", "nobody")
    with pytest.raises(CommandError):
        call_command("import_ideas", "/nowhere/result.json")


# Pages


@pytest.fixture
def client(db: None) -> Client:
    return client_of(operator(), "en")


def test_an_operator_uploads_an_export(client: Client) -> None:
    def upload(data: bytes, **fields: str) -> str:
        file = SimpleUploadedFile("result.json", data)
        return client.post(f"{IDEAS}import/", {"file": file} | fields, follow=True).content.decode()

    assert "no JSON" in upload(b"{")
    assert "does not name its channel" in upload(file_of(message(), name=None))
    assert "1 new idea" in upload(file_of(message(), name=None), source="<b>Канал</b>")
    listed = client.get(IDEAS).content.decode()
    assert "завтрак" in listed
    assert "<b>Канал" not in listed


def test_a_story_needs_its_consent_and_can_be_withdrawn(client: Client) -> None:
    client.post(f"{STORIES}add/", {"text": "Жила-была", "consent": ""})
    client.post(f"{STORIES}add/", {"text": "Жила-была", "consent": "Устно, 2 марта"})
    with tenancy.all_partners():
        [story] = Story.objects.all()
    assert (story.added_at, story.retired_at) == (NOW, None)
    for action, retired in (("withdraw_chosen", NOW), ("tell_chosen", None)):
        client.post(STORIES, {"action": action, "_selected_action": story.pk})
        with tenancy.all_partners():
            assert Story.objects.get().retired_at == retired
    assert client.get(f"{STORIES}{story.pk}/delete/").status_code == 403


def test_a_promotion_has_a_last_day_that_is_not_over(client: Client) -> None:
    offer = {"title": "Подарок", "terms": "К заказу"}
    client.post(f"{OFFERS}add/", offer | {"until": "2026-03-01"})
    client.post(f"{OFFERS}add/", offer | {"until": "2026-03-20"})
    with tenancy.all_partners():
        assert [str(row.until) for row in Offer.objects.all()] == ["2026-03-20"]


def test_only_operators_see_what_posts_are_made_of(db: None) -> None:
    anna = make_partner("anna")
    for user in (owner(anna), colleague(anna)):
        for address in (IDEAS, STORIES, OFFERS, f"{IDEAS}import/"):
            assert client_of(user).get(address).status_code == 403


@pytest.mark.parametrize("address", [IDEAS, STORIES, OFFERS])
def test_thirty_rows_take_no_more_queries_than_one(client: Client, address: str) -> None:
    def add(number: int) -> None:
        partner = make_partner()
        with tenancy.all_partners():
            Idea.objects.create(partner=partner, source="К", message_id=number, topic="чай", written_on=NOW.date())
            Story.objects.create(partner=partner, text="Жила", consent="да", added_at=NOW)
            Offer.objects.create(
                partner=partner, title="П", terms="т", until=NOW.date() + timedelta(days=number), added_at=NOW
            )

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    add(1)
    queries()
    one = queries()
    for number in range(2, 31):
        add(number)
    assert queries() == one


def test_an_operator_orders_a_post_from_an_idea(client: Client) -> None:
    anna, boris = make_partner("anna", name="Анна"), make_partner("boris", name="Борис")
    of_all, of_anna = make_idea("<b>утро</b>"), make_idea("сон", anna)
    listed = client.get(IDEAS).content.decode()
    assert f'href="/admin/content/post/add/?idea={of_all.pk}"' in listed

    def send(idea: Idea, partner: Partner) -> None:
        client.post(f"{ORDER}?idea={idea.pk}", {"partner": partner.pk, "kind": "motivation"})

    form = client.get(f"{ORDER}?idea={of_anna.pk}").content.decode()
    assert ("сон" in form, "Анна" in form, "Борис" in form) == (True, True, False)
    assert "&lt;b&gt;утро" in client.get(f"{ORDER}?idea={of_all.pk}").content.decode()
    send(of_anna, boris)
    send(of_anna, anna)
    send(of_all, boris)
    with tenancy.all_partners():
        ordered = list(Post.objects.order_by("pk").values_list("partner__slug", "idea__topic"))
    assert ordered == [("anna", "сон"), ("boris", "<b>утро</b>")]
    assert f"{NOW:%d.%m.%Y}" in client.get(IDEAS).content.decode()
    assert client.get(f"{ORDER}?idea=99999").status_code == 404
    assert client.get(f"{ORDER}?idea=x").status_code == 200


def test_ideas_are_the_operators(db: None) -> None:
    anna, idea = make_partner("anna"), make_idea("тайна")
    for user in (owner(anna), colleague(anna), stranger()):
        answer = client_of(user).get(f"{ORDER}?idea={idea.pk}")
        assert answer.status_code == 403
        assert "тайна" not in answer.content.decode()
