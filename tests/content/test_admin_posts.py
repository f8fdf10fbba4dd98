"""Posts in the panel: who sees which, every decision, and that nothing typed gets lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content.models import MediaItem, PictureOrder, Post, PostReaction, Story
from content.outbox.delivery import Result
from content.services.posts import desk
from content.services.posts.totals import recount
from partners import clock, tenancy
from partners.models import Bot, Partner
from tests.content.post_samples import STORY
from tests.content.stored_posts import (
    acts,
    claim,
    finish,
    make_post,
    make_publisher,
    press,
    sample_text,
    stored,
    tick,
)
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger
from tests.yandex import api_key_account

LIST = "/admin/content/post/"
TOMORROW = NOW + timedelta(days=1)
HOSTILE = "</textarea><script>alert(1)</script>"
State = Post.State

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_publisher("anna", name="Анна Смирнова", time_zone="Asia/Novosibirsk")


@pytest.fixture
def client(bot: Bot) -> Client:
    return client_of(owner(bot.partner), "en")


@pytest.fixture
def post(bot: Bot) -> Post:
    return make_post(bot.partner)


def page(post: Post) -> str:
    return f"{LIST}{post.pk}/change/"


def send(client: Client, post: Post, do: str, **typed: Any) -> Any:
    return client.post(page(post), {"do": do, "revision": post.revision} | typed, follow=True)


def html(response: Any) -> str:
    return str(response.content.decode())


# Who sees what


def test_everybody_sees_their_own_posts(bot: Bot, post: Post) -> None:
    assert client_of(owner(bot.partner)).get(page(post)).status_code == 200
    assert client_of(operator()).get(page(post)).status_code == 200
    helper = client_of(colleague(bot.partner))
    assert 'name="do"' not in html(helper.get(page(post)))
    assert helper.post(page(post), {"do": "publish", "revision": 1}).status_code == 403
    assert helper.get(f"{LIST}add/").status_code == 403
    other = client_of(stranger())
    assert other.get(page(post)).status_code == 404
    assert other.post(page(post), {"do": "publish", "revision": 1}).status_code == 404
    assert f"/{post.pk}/change/" not in html(other.get(LIST))
    assert stored(post).state == State.PENDING


def test_what_waits_for_a_decision_comes_first(bot: Bot, client: Client) -> None:
    done = make_post(bot.partner, state=State.PUBLISHED, published_at=NOW, changed_at=NOW + timedelta(hours=5))
    waits = make_post(bot.partner)
    with tenancy.partner(bot.partner_id):
        PostReaction.objects.create(partner=bot.partner, post=done, person=5, emoji={"👍": 17}, at=NOW)
        recount([done.pk])
    listed = html(client.get(LIST))
    assert listed.index(f"/post/{waits.pk}/change/") < listed.index(f"/post/{done.pk}/change/")
    assert "02.03.2026, 16:00" in listed  # in Novosibirsk
    assert "17" in listed


def queries_for(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "address", [LIST, f"{LIST}calendar/?day=2026-03-02", f"{LIST}calendar/?view=week&day=2026-03-02"]
)
def test_thirty_posts_take_no_more_queries_than_one(db: None, address: str) -> None:
    client = client_of(operator())
    first = make_publisher()
    make_post(first.partner, state=State.SCHEDULED, due_at=TOMORROW)
    make_post(first.partner)
    queries_for(client, address)
    one = queries_for(client, address)
    for number in range(15):
        bot = make_publisher()
        make_post(bot.partner, state=State.SCHEDULED, due_at=TOMORROW + timedelta(hours=number))
        make_post(bot.partner)
    assert queries_for(client, address) == one


# Decisions


def test_an_owner_schedules_moves_and_takes_back(bot: Bot, client: Client, post: Post) -> None:
    send(client, post, "schedule", day="2026-03-03", time="09:00")
    scheduled = stored(post)
    assert (scheduled.state, scheduled.due_at) == (State.SCHEDULED, TOMORROW.replace(hour=2))
    shown = html(client.get(page(post)))
    assert 'value="09:00"' in shown
    send(client, scheduled, "move", day="2026-03-04", time="19:30", was=scheduled.due_at.isoformat())  # type: ignore[union-attr]
    moved = stored(post)
    assert moved.due_at == TOMORROW.replace(day=4, hour=12, minute=30)
    late = html(send(client, scheduled, "move", day="2026-03-05", time="10:00", was=TOMORROW.isoformat()))
    assert stored(post).due_at == moved.due_at
    assert "Somebody was faster: Анна Смирнова" in late
    send(client, moved, "withdraw")
    assert stored(post).state == State.PENDING
    assert {by for _act, by in acts(post)} == {"Анна Смирнова"}


@pytest.mark.parametrize(
    ("do", "typed", "state"),
    [
        ("publish", {}, State.APPROVED),
        ("reject", {"reason": "скучно"}, State.REJECTED),
        ("rewrite", {"comment": "короче"}, State.DRAFT),
        ("again", {}, State.DRAFT),
    ],
)
def test_every_button_does_what_it_says(client: Client, post: Post, do: str, typed: dict[str, str], state: str) -> None:
    send(client, post, do, **typed)
    assert stored(post).state == state
    assert acts(post)[0][1] == "Анна Смирнова"


def test_a_new_text_a_picture_and_a_mark(bot: Bot, client: Client, post: Post) -> None:
    with tenancy.all_partners():
        foreign = MediaItem.objects.create(partner=make_partner(), file="library/b.jpg", sha256="b" * 64, added_at=NOW)
        item = MediaItem.objects.create(file="library/a.jpg", title="Чай", sha256="a" * 64, added_at=NOW)
    text = sample_text() + "\nИ ещё строка?"
    send(client, post, "edit", text=text.replace("\n", "\r\n"))
    post = stored(post)
    assert (post.text, post.revision) == (text, 2)
    send(client, post, "picture", picture=foreign.pk)
    assert stored(post).picture_id is None
    send(client, post, "picture", picture=item.pk)
    post = stored(post)
    assert post.picture_id == item.pk
    send(client, post, "mark", advert="advert", erid="2Vtz", advertiser="")
    assert stored(post).erid == ""
    send(client, post, "mark", advert="advert", erid="2Vtz", advertiser="ООО «Ромашка»")
    send(client, stored(post), "edit", text=text + "\nВот так.")
    shown = html(client.get(page(post)))
    assert "Реклама. ООО «Ромашка». erid: 2Vtz" in shown
    assert "<ins>" in shown
    send(client, stored(post), "mark", advert="none")
    assert stored(post).not_advert_by == "Анна Смирнова"


def test_a_link_is_shown_where_it_leads_and_not_counted(bot: Bot, client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"  # a development machine
    post = make_post(bot.partner, text="<b>Чай</b> здесь: {shop_link}, {registration_link}")
    html = client.get(f"/admin/content/post/{post.pk}/change/").content.decode()
    assert f'<b>Чай</b> здесь: <a href="{bot.partner.shop_link}">магазин NL</a>' in html
    assert "/p/" not in html


def test_what_was_typed_stays_when_somebody_was_faster(bot: Bot, client: Client, post: Post) -> None:
    press(post, desk.edit, text=sample_text(number=2))
    response = html(send(client, post, "edit", text=f"Мой новый текст {HOSTILE}"))
    assert "it is revision 2 now" in response
    assert "Мой новый текст" in response
    assert "<script>alert" not in response
    assert 'name="revision" value="2"' in response
    assert stored(post).text == sample_text(number=2)
    press(stored(post), desk.reject, reason="нет")
    gone = html(send(client, stored(post), "edit", text="Мой новый текст"))
    assert "What you typed was not saved" in gone
    assert "Мой новый текст" in gone
    assert "Somebody was faster: Анна" in gone


def test_what_blocks_is_told_with_its_place(bot: Bot, client: Client) -> None:
    post = make_post(bot.partner)
    send(client, post, "edit", text=sample_text() + "\nЭтот чай лечит диабет! <b>Пишите</b> {shop_link}")
    post = stored(post)
    shown = html(client.get(page(post)))
    assert "<mark>" in shown
    refused = html(send(client, post, "publish"))
    assert stored(post).state == State.PENDING
    assert post.findings[0]["sentence"] in refused.replace("&quot;", '"')
    long = html(send(client, post, "edit", text="я" * 5_000))
    assert "я" * 5_000 in long


@pytest.mark.parametrize(
    ("day", "time"), [("2026-03-01", "10:00"), ("2028-01-01", "10:00"), ("когда", "10:00"), ("", "")]
)
def test_a_wrong_time_is_told(client: Client, post: Post, day: str, time: str) -> None:
    response = send(client, post, "schedule", day=day, time=time)
    assert response.status_code == 200
    assert stored(post).state == State.PENDING
    if day:
        assert f'value="{day}"' in html(response)


def test_a_night_without_that_hour(db: None) -> None:
    bot = make_publisher(time_zone="Europe/Berlin")
    post = make_post(bot.partner)
    shown = html(send(client_of(owner(bot.partner), "en"), post, "schedule", day="2026-03-29", time="02:30"))
    assert "clocks are put forward" in shown
    assert stored(post).state == State.PENDING


@pytest.mark.parametrize(("do", "state"), [("there", State.PUBLISHED), ("missing", State.APPROVED)])
def test_an_unknown_post_is_looked_for_and_decided(bot: Bot, client: Client, post: Post, do: str, state: str) -> None:
    press(post, desk.approve_and_publish)
    tick(bot.partner)
    [claimed] = claim(bot)
    finish(Result(claimed.id, "unknown", "no answer"))
    tick(bot.partner)
    unknown = stored(post)
    assert unknown.state == State.UNKNOWN
    shown = html(client.get(page(post)))
    assert "/c/1234/77" in shown
    assert shown.count("Telegram did not answer") == 2  # the post, and its history
    assert "no answer<" not in shown
    assert 'value="publish"' not in shown
    send(client, unknown, do)
    assert stored(post).state == state
    assert acts(post)[-1][1] == "Анна Смирнова"


def test_nonsense_changes_nothing(client: Client, post: Post) -> None:
    for typed in ({"do": "explode"}, {"do": "publish"}, {"do": "publish", "revision": "x" * 400}, {}):
        assert client.post(page(post), typed, follow=True).status_code == 200
    assert stored(post).state == State.PENDING
    assert client.post(f"{LIST}{post.pk}/delete/").status_code == 403


# A drawn picture


def test_a_picture_is_drawn_where_somebody_can_draw(bot: Bot, client: Client, post: Post) -> None:
    def orders() -> list[str]:
        with tenancy.partner(bot.partner_id):
            return list(PictureOrder.objects.values_list("prompt", flat=True))

    send(client, post, "draw")
    assert 'value="draw"' not in html(client.get(page(post)))
    assert orders() == []
    api_key_account(bot.partner, art_enabled=True)
    assert 'value="draw"' in html(client.get(page(post)))
    assert "is 2 now" not in html(send(client, post, "draw", wish="синяя чашка"))
    send(client, post, "draw")  # the same one is being drawn
    [prompt] = orders()
    assert "синяя чашка" in prompt
    helper = client_of(colleague(bot.partner))
    assert helper.post(page(post), {"do": "draw", "revision": 1}).status_code == 403
    assert client_of(stranger()).post(page(post), {"do": "draw", "revision": 1}).status_code == 404


def test_no_picture_is_drawn_for_a_revision_that_is_over(bot: Bot, client: Client, post: Post) -> None:
    api_key_account(bot.partner, art_enabled=True)
    press(post, desk.edit, text=sample_text(number=1))
    shown = html(send(client, post, "draw", wish="чашка"))
    assert "it is revision 2 now" in shown
    assert "чашка" in shown
    with tenancy.partner(bot.partner_id):
        assert not PictureOrder.objects.exists()


# A new post


def test_a_post_is_ordered(bot: Bot, client: Client) -> None:
    form = f"{LIST}add/"
    assert client.post(form, {"kind": "success_story"}).status_code == 200  # there is no story
    assert client.post(form, {"kind": "nonsense"}).status_code == 200
    with tenancy.partner(bot.partner_id):
        assert not Post.objects.exists()
        Story.objects.create(partner=bot.partner, text=STORY.text, consent="устно, 2 марта", added_at=NOW)
    answer = client.post(form, {"kind": "success_story"})
    with tenancy.partner(bot.partner_id):
        post = Post.objects.get()
    assert (answer["Location"], post.kind) == (page(post), "success_story")
    assert acts(post)[0] == ("ordered", "Анна Смирнова")


def test_a_foreign_partner_cannot_be_chosen(bot: Bot, client: Client) -> None:
    other: Partner = make_partner()
    client.post(f"{LIST}add/", {"kind": "motivation", "partner": other.pk})
    with tenancy.all_partners():
        assert not Post.objects.filter(partner=other).exists()
    assert 'name="partner"' in html(client_of(operator()).get(f"{LIST}add/"))
    assert 'name="partner"' not in html(client.get(f"{LIST}add/"))
