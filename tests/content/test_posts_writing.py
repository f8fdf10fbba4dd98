"""From an order to the desk: by a model that is checked, else by templates; whatever dies in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from content import tasks
from content.ai.standin import Standin
from content.knowledge.folder import documents
from content.knowledge.reading import read
from content.models import AiUse, Idea, MediaItem, Post, PostKind, Product, Story
from content.posts.kinds import shipped
from content.posts.picking import Lacking
from content.queries.post_checks import findings_of
from content.queries.post_pools import next_idea
from content.services.catalogue import load_pay_plan, load_products
from content.services.knowledge import load_folder
from content.services.posts import desk, plans, writing
from content.services.posts.drafts import NAMESPACE, due_partners, order
from content.services.posts.writing import write_next
from partners import tenancy
from partners.models import Bot, Partner
from tests.content.post_samples import PRESETS
from tests.content.stored_posts import acts, make_idea, make_post, make_publisher, press, stored
from tests.factories import NOW
from tests.yandex import Saying, api_key_account, running_cloud

pytestmark = pytest.mark.django_db

State = Post.State
GOOD = (
    "Вечер вторника, ужин уже на столе, а список дел на завтра ещё в голове.\n\n"
    "**Попробуйте записать его сейчас.** Три строки, не больше: одно дело для работы, одно для дома и одно для себя. "
    "Лист бумаги подойдёт лучше телефона, потому что на нём нет уведомлений. Когда дело сделано, строку можно "
    "зачеркнуть, и это самая приятная часть. То, что не поместилось, подождёт до следующего вечера: список от этого "
    "не обидится, а голова отдохнёт.\n\n"
    "А какое одно дело вы запишете для себя на завтра?"
)
# Two: the same one told twice is found to be a repetition, and blocked.
STORIES = (
    "Каждый вечер чай и книга, телефон в другой комнате.",
    "По субботам хожу пешком к маме через весь парк и по дороге никому не звоню.",
)


@pytest.fixture
def partner(db: None) -> Partner:
    return make_publisher("anna", name="Анна").partner


@pytest.fixture
def shelf(partner: Partner) -> Partner:
    """With everything that is shipped."""
    with tenancy.all_partners():
        load_products(text=(PRESETS / "products.yaml").read_text(), name="products.yaml", pictures=Path("nowhere"))
        load_pay_plan(text=(PRESETS / "payplan.yaml").read_text(), name="payplan.yaml")
        sources = [(path, read(path, file.read_bytes())) for path, file in documents(PRESETS / "knowledge")]
        load_folder(partner_id=None, collection="knowledge", sources=sources, now=NOW)
        for text in STORIES:
            Story.objects.create(text=text, consent="Ирина", added_at=NOW)
    return partner


def ordered(partner: Partner, kind: str = "motivation") -> Post:
    with tenancy.partner(partner.pk):
        return order(partner_id=partner.pk, kind=kind, by="Анна", now=NOW)  # type: ignore[arg-type]


def write_all(partner: Partner) -> int:
    count = 0
    while write_next(partner_id=partner.pk, clock=lambda: NOW):
        count += 1
    return count


@pytest.mark.parametrize("kind", PostKind.values)
def test_without_a_model_every_type_is_written(shelf: Partner, kind: str) -> None:
    first, second = ordered(shelf, kind), ordered(shelf, kind)
    assert write_all(shelf) == 2
    for post in (first, second):
        row = stored(post)
        assert (row.state, row.revision, row.provider) == (State.PENDING, 1, "compose")
        blocking = {finding["code"] for finding in row.findings if finding["level"] == "blocks"}
        assert blocking == ({"advert_mark"} if shipped().types[kind].advert else set())
    assert [stored(post).number for post in (first, second)] == [0, 1]
    assert acts(first) == [("ordered", "Анна"), ("written", "curator")]


def test_what_it_lacks_is_said_before_anything_is_written(partner: Partner) -> None:
    with pytest.raises(Lacking):
        ordered(partner, "success_story")
    with tenancy.partner(partner.pk):
        assert not Post.objects.exists()


def test_what_is_gone_when_it_is_written_is_told_at_the_desk(shelf: Partner) -> None:
    post = ordered(shelf, "success_story")
    with tenancy.all_partners():
        Story.objects.update(retired_at=NOW)
    write_all(shelf)
    row = stored(post)
    assert (row.state, row.text) == (State.PENDING, "")
    assert [finding["code"] for finding in row.findings] == ["not_written", "empty"]


def test_again_is_another_post(shelf: Partner) -> None:
    post = ordered(shelf, "product")
    write_all(shelf)
    old = stored(post)
    assert press(old, desk.regenerate).done
    assert stored(post).text == old.text
    write_all(shelf)
    new = stored(post)
    assert (new.state, new.revision, new.number) == (State.PENDING, 2, 1)
    assert (new.text == old.text, new.product == old.product) == (False, False)


def test_a_comment_without_a_model_gives_another_version_and_says_so(shelf: Partner) -> None:
    post = ordered(shelf, "product")
    write_all(shelf)
    old = stored(post)
    press(old, desk.rewrite, comment="Короче, пожалуйста")
    write_all(shelf)
    new = stored(post)
    assert (new.product, new.revision) == (old.product, 2)
    assert new.text != old.text
    assert new.findings[0]["code"] == "without_model"


def test_a_post_gets_the_picture_of_its_product_and_keeps_it(shelf: Partner) -> None:
    with tenancy.all_partners():
        for key in Product.objects.values_list("key", flat=True):
            MediaItem.objects.create(file=f"library/{key}.jpg", sha256=key, products=[key], added_at=NOW)
    post = ordered(shelf, "product")
    write_all(shelf)
    row = stored(post)
    with tenancy.partner(shelf.pk):
        assert row.picture
        assert row.picture.products == [row.product]
    assert row.picture_reason
    without = press(row, desk.set_picture, media_id=None, reason="").post
    press(without, desk.rewrite, comment="теплее")
    write_all(shelf)
    assert stored(post).picture_id is None


# A model


@contextmanager
def running_model(says: str) -> Iterator[Standin]:
    """A provider whose model says this, whatever it is asked."""
    with running_cloud() as standin:
        standin.cloud = Saying(says=says)
        yield standin


def test_a_model_writes_what_passes_the_checks(shelf: Partner) -> None:
    with running_model(GOOD):
        api_key_account(shelf)
        post = ordered(shelf)
        write_all(shelf)
    row = stored(post)
    assert row.text.startswith("Вечер вторника")
    assert "<b>Попробуйте записать его сейчас.</b>" in row.text
    assert row.provider == "yandex"
    assert row.roubles > 0
    with tenancy.partner(shelf.pk):
        assert AiUse.objects.get().purpose == AiUse.Purpose.POST


@pytest.mark.parametrize("bad", ["Этот чай лечит диабет. Купите?", "Пишите мне: @chuzhoy_akkaunt", "ok"])
def test_a_model_that_writes_what_may_not_be_said_is_paid_and_not_shown(shelf: Partner, bad: str) -> None:
    with running_model(bad):
        api_key_account(shelf)
        post = ordered(shelf)
        write_all(shelf)
    row = stored(post)
    assert (row.provider, row.state) == ("compose", State.PENDING)
    assert row.roubles > 0
    assert bad not in row.text


def test_a_model_hears_the_comment_the_old_text_and_why_others_were_rejected(shelf: Partner) -> None:
    make_post(shelf, kind="motivation", state=State.REJECTED, reason="слишком сухо", text="…")
    make_post(shelf, kind="tips", state=State.REJECTED, reason="о другом типе", text="…")
    post = make_post(shelf, kind="motivation", text="Старый текст. Да?")
    with running_model(GOOD) as model:
        api_key_account(shelf)
        press(post, desk.rewrite, comment="Про вечер")
        write_all(shelf)
        (asked,) = (str(call.body) for call in model.asked("completion"))
    for words in ("слишком сухо", "Старый текст. Да?", "Про вечер"):
        assert words in asked
    assert "о другом типе" not in asked


def test_a_product_of_the_catalogue_may_be_quoted_with_its_price(shelf: Partner) -> None:
    """What a model is told it may say: neither a figure nor a leak."""
    post = ordered(shelf, "product")
    with tenancy.partner(shelf.pk):
        brief = writing.brief_for(stored_with_partner(post), NOW)
    draft = writing._composed(brief)
    with running_model(draft.text.replace("<b>", "**").replace("</b>", "**")):
        api_key_account(shelf)
        write_all(shelf)
    assert stored(post).provider == "yandex"


def stored_with_partner(post: Post) -> Post:
    return Post.objects.select_related("partner").get(pk=post.pk)


# Crashes


def test_a_draft_whose_writer_died_is_written_by_the_next(shelf: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    post = ordered(shelf)

    def die(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(writing, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            write_all(shelf)
    assert stored(post).state == State.DRAFT
    with tenancy.all_partners():
        assert due_partners() == [shelf.pk]
    tasks.write_posts(shelf.pk)
    assert stored(post).state == State.PENDING


def test_what_cannot_be_written_is_given_up_with_its_old_text(shelf: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post(shelf, kind="motivation")
    press(post, desk.rewrite, comment="короче")

    def fail(*_args: Any) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(writing, "_written", fail)
    assert write_all(shelf) == writing.MOST_ATTEMPTS
    row = stored(post)
    assert (row.state, row.text, row.revision) == (State.PENDING, post.text, 2)
    assert row.findings[0]["code"] == "not_written"


def test_what_somebody_writes_nobody_else_begins(shelf: Partner) -> None:
    post = ordered(shelf)
    with psycopg.connect(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"], autocommit=True) as writer:
        writer.execute("SELECT pg_advisory_lock(%s + %s)", [NAMESPACE, post.pk])
        assert write_all(shelf) == 0
        writer.execute("SELECT pg_advisory_unlock(%s + %s)", [NAMESPACE, post.pk])
    assert write_all(shelf) == 1


def test_a_writer_that_comes_back_too_late_changes_nothing(shelf: Partner) -> None:
    post = ordered(shelf)
    claim = stored(post)
    write_all(shelf)
    with tenancy.partner(shelf.pk):
        assert not writing.finish(claim, writing.Written("…"), NOW)
        assert findings_of(stored_with_partner(post), NOW) == []


def test_an_order_wakes_a_worker_and_the_tick_finds_the_rest(bot_of: Bot, shelf: Partner) -> None:
    ordered(shelf)
    with tenancy.all_partners():
        assert due_partners() == [shelf.pk] != [bot_of.partner_id]


@pytest.fixture
def bot_of() -> Bot:
    return make_publisher("boris")


# Ideas

FAKES, PARCELS = "отличить, подделка, настоящий, упаковка", "дорога, посылка, отслеживать, почта"


def about(partner: Partner, idea: Idea) -> Post:
    with tenancy.partner(partner.pk):
        return order(partner_id=partner.pk, kind="tips", by="Анна", now=NOW, idea_id=idea.pk)


def test_a_post_is_written_about_its_idea(shelf: Partner) -> None:
    sources = []
    for topic in (FAKES, PARCELS):
        post = about(shelf, make_idea(topic))
        write_all(shelf)
        sources.append(stored(post).sources)
    assert sources[0] == ["Качество и документы: где посмотреть"]
    assert sources[1] != sources[0]


def test_another_post_is_about_something_else(shelf: Partner) -> None:
    post = about(shelf, make_idea(FAKES))
    write_all(shelf)
    first = stored(post)
    seen = set()
    for _time in range(3):
        press(stored(post), desk.regenerate)
        write_all(shelf)
        seen |= set(stored(post).sources)
    assert seen - set(first.sources)


def test_the_idea_of_another_partner_is_no_ones_else(shelf: Partner) -> None:
    boris = make_publisher("boris").partner
    with pytest.raises(Idea.DoesNotExist):
        about(shelf, make_idea("чай", boris))
    with tenancy.partner(shelf.pk):
        assert not Post.objects.exists()


def test_plans_take_what_people_liked_most_once(shelf: Partner) -> None:
    boris = make_publisher("boris").partner
    liked = make_idea("вода", popularity=9)
    own = make_idea("сон", shelf, popularity=5)
    make_idea("чай", boris, popularity=99)
    make_idea("завтрак", popularity=50, kind="news")

    def taken(partner: Partner, kind: str = "tips") -> Idea | None:
        with tenancy.partner(partner.pk):
            plan = plans.save_plan(partner_id=partner.pk, kind=kind, crontab="0 10 * * *", now=NOW)  # type: ignore[arg-type]
            plans.run_due(partner_id=partner.pk, now=plan.next_at)  # type: ignore[arg-type]
            return Post.objects.select_related("idea").order_by("-pk")[0].idea

    assert [taken(shelf), taken(shelf), taken(shelf)] == [liked, own, None]
    assert taken(shelf, "motivation") is None
    with tenancy.partner(boris.pk):
        assert next_idea(boris.pk, shipped().types["motivation"]) is None
        found = next_idea(boris.pk, shipped().types["news"])
    assert found
    assert found.topic == "чай"
