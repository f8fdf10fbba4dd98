from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.models import Product
from funnels.admin.version_views import diff_lines
from funnels.models import FunnelVersion
from funnels.services import versions
from partners import tenancy
from tests.factories import make_partner
from tests.funnels.samples import GOOD, PRODUCTS, broken, line_of
from tests.personas import client_of, operator

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ADD = "/admin/funnels/funnelversion/add/"


@pytest.fixture(autouse=True)
def _products(db: None) -> None:
    with tenancy.all_partners():
        for key in PRODUCTS:
            Product.objects.create(key=key, name=key, category="c", price_rub=1990, pv=1, as_of=NOW.date())


@pytest.fixture
def client() -> Client:
    return client_of(operator())


def draft(text: str = GOOD, slug: str = "") -> FunnelVersion:
    partner = make_partner(slug) if slug else None
    with tenancy.all_partners():
        return versions.save_draft(key="main", text=text, partner=partner, author=None, now=NOW)


def published(text: str = GOOD) -> FunnelVersion:
    version = draft(text)
    with tenancy.all_partners():
        versions.publish(version=version, now=NOW)
    return version


def page(version: FunnelVersion, name: str = "change") -> str:
    return reverse(f"admin:funnels_funnelversion_{name}", args=[version.pk])


def stored(version: FunnelVersion) -> FunnelVersion:
    with tenancy.all_partners():
        return FunnelVersion.objects.get(pk=version.pk)


def test_a_draft_with_mistakes_is_saved_and_its_problems_stand_beside_the_text(client: Client) -> None:
    text = broken("to: kids", "to: nowhere")
    response = client.post(ADD, {"kind": "funnel", "key": "main", "text": text, "note": "проба"}, follow=True)
    shown = response.content.decode()
    assert f'data-line="{line_of(text, "to: nowhere")}"' in shown
    assert "Шага «nowhere» нет." in shown
    with tenancy.all_partners():
        version = FunnelVersion.objects.get()
    assert (version.text, version.status, version.number) == (text, "draft", 1)
    assert version.author is not None


def test_browsers_line_ends_are_not_kept(client: Client) -> None:
    version = draft()
    client.post(page(version), {"text": GOOD.replace("\n", "\r\n"), "note": ""})
    assert stored(version).text == GOOD


def test_a_draft_with_mistakes_is_not_published(client: Client) -> None:
    version = draft("steps: [")
    text = client.post(page(version, "publish"), follow=True).content.decode()
    assert "Исправьте их перед публикацией" in text
    assert stored(version).status == "draft"


def test_publication_and_afterwards_the_text_stands(client: Client) -> None:
    version = draft()
    assert client.get(page(version, "publish")).status_code == 405
    assert "Опубликовано" in client.post(page(version, "publish"), follow=True).content.decode()
    assert stored(version).status == "published"
    shown = client.get(page(version)).content.decode()
    assert "readonly" in shown
    assert 'name="_save"' not in shown
    assert client.post(page(version), {"text": "x", "note": ""}).status_code == 403
    assert client.post(reverse("admin:funnels_funnelversion_delete", args=[version.pk])).status_code == 403
    assert stored(version).text == GOOD


def test_what_was_typed_while_somebody_published_becomes_a_new_draft() -> None:
    """The form was opened on a draft; another operator publishes it before the form is saved."""
    version = draft()
    with tenancy.all_partners():
        typed = FunnelVersion.objects.get(pk=version.pk)
        versions.publish(version=version, now=NOW)
        typed.text = broken("🔥 Похудеть", "🔥 Стройнее")
        request = RequestFactory().post("/")
        request.user = operator()
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        admin.site.get_model_admin(FunnelVersion).save_model(request, typed, None, True)
    assert typed.number == 2
    assert "Введённый текст сохранён в новом черновике" in str(list(request._messages)[-1])  # type: ignore[attr-defined]
    assert stored(typed).text == typed.text
    assert stored(version).text == GOOD


def test_a_new_draft_from_a_version(client: Client) -> None:
    version = published()
    client.post(page(version, "copy"))
    with tenancy.all_partners():
        copy = FunnelVersion.objects.get(number=2)
    assert (copy.text, copy.status) == (GOOD, "draft")


def test_typed_text_is_checked_without_being_saved(client: Client) -> None:
    url = reverse("admin:funnels_funnelversion_check")
    assert "data-line" in client.post(url, {"text": "a: ["}).content.decode()
    assert "Ошибок в тексте нет" in client.post(url, {"text": GOOD}).content.decode()
    assert client.get(url).status_code == 405
    with tenancy.all_partners():
        assert not FunnelVersion.objects.exists()


def test_the_difference_to_what_is_published(client: Client) -> None:
    published()
    version = draft(broken("🔥 Похудеть", "🔥 <b>Стройнее</b>"))
    text = client.get(page(version, "diff")).content.decode()
    assert "is-removed" in text
    assert "🔥 &lt;b&gt;Стройнее&lt;/b&gt;" in text
    assert "До этой версии ничего не публиковали" in client.get(page(draft(slug="anna"), "diff")).content.decode()


def test_diff_lines_keep_numbers_and_context() -> None:
    before = "\n".join(map(str, range(1, 31)))
    after = before.replace("\n15\n", "\nfifteen\n")
    lines = list(diff_lines(before, after))
    assert [(line.kind, line.old, line.new, line.text) for line in lines if line.kind != "same"] == [
        ("removed", 15, None, "15"),
        ("added", None, 15, "fifteen"),
    ]
    assert [line.old for line in lines if line.kind == "same"] == [11, 12, 13, 14, 16, 17, 18, 19]
    assert list(diff_lines(before, before)) == []


def test_the_tree_shows_every_screen_in_both_forms(client: Client) -> None:
    version = published()
    text = client.get(page(version, "diagram")).content.decode()
    for key in ("start", "health", "shake", "kids", "pay"):
        assert f'data-screen="{key}"' in text
        assert f'id="screen-{key}"' in text
    assert "Выбирай, Мария" in text
    assert "Выбирайте, Мария" in text
    assert "<b>Что важнее?</b>" in text
    assert "990" in text


def test_a_hostile_text_stays_text_in_the_tree(client: Client) -> None:
    bad = "<img src=x onerror=alert(1)>"
    version = draft(
        broken("<b>Что важнее?</b>", bad).replace(
            'type: screen\n    text: "[[', f"type: screen\n    title: '{bad}'\n    text: \"[["
        )
    )
    text = client.get(page(version, "diagram")).content.decode()
    assert "<img src=x" not in text
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") >= 3


def test_a_text_that_cannot_be_read_has_no_tree(client: Client) -> None:
    assert "дерево не нарисовать" in client.get(page(draft("x: ["), "diagram")).content.decode()


def test_marks_that_cannot_be_read_do_not_break_the_tree(client: Client) -> None:
    version = draft(broken("<b>Что важнее?</b>", "[[одна форма"))
    assert client.get(page(version, "diagram")).status_code == 200


def test_the_list_names_what_is_in_force(client: Client) -> None:
    published()
    published(broken("🔥 Похудеть", "🔥 Стройнее"))
    text = client.get(reverse("admin:funnels_funnelversion_changelist")).content.decode()
    assert text.count("действует") == 1


def test_one_version_and_thirty_cost_the_same_queries(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("admin:funnels_funnelversion_changelist")).status_code == 200
        return len(captured)

    draft(slug="anna")
    one = queries()
    for number in range(29):
        draft(slug=f"p{number}")
    assert queries() == one


def test_the_list_does_not_read_the_texts(client: Client) -> None:
    draft()
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("admin:funnels_funnelversion_changelist"))
    rows = [query["sql"] for query in captured if 'FROM "funnels_funnelversion"' in query["sql"]]
    assert rows
    assert not any('"funnels_funnelversion"."text"' in sql for sql in rows)
