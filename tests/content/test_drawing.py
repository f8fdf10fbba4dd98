"""Pictures by YandexART: ordered once, looked at until they are there, given to their post."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from PIL import Image

from content.ai.standin import Fault, Standin
from content.ai.troubles import Trouble
from content.models import AiAccount, AiUse, MediaItem, PictureOrder, Post, PostAct, PostKind
from content.services.media import take_in
from content.services.posts import desk, drawing
from content.services.posts.ordering import can_draw, last_order, order
from content.tasks import find_pictures
from partners import clock, tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.pictures import picture
from tests.yandex import API_KEY, FOLDER, api_key_account, running_cloud, service_account

pytestmark = pytest.mark.django_db

State = PictureOrder.State
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Worker:
    """The tick, at times of our own."""

    def __init__(self) -> None:
        self.now = NOW

    def step(self, after: timedelta = HOUR / 60) -> None:
        """Everything that is due; `after` that the clock goes on."""
        with tenancy.all_partners():
            due = drawing.due(now=self.now)
        for partner_id, order_id in due:
            drawing.draw(partner_id=partner_id, order_id=order_id, clock=lambda: self.now)
        self.now += after

    def until_done(self) -> None:
        for _step in range(200):
            self.step()
            if only().due_at is None:
                return
        raise AssertionError("it never ends")


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def cloud() -> Iterator[Standin]:
    with running_cloud() as standin:
        yield standin


@pytest.fixture
def anna(cloud: Standin) -> Partner:
    partner = make_partner("anna", group_id=-100)
    api_key_account(partner, art_enabled=True)
    return partner


@pytest.fixture
def post(anna: Partner) -> Post:
    return make_post(anna)


def make_post(partner: Partner, **fields: Any) -> Post:
    facts = {"kind": PostKind.TIPS, "text": "Кофе и утро", "state": Post.State.PENDING}
    with tenancy.partner(partner.pk):
        return Post.objects.create(partner=partner, created_at=NOW, changed_at=NOW, **facts | fields)


@pytest.fixture(autouse=True)
def _only_our_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content.services.posts.ordering.wake", lambda *_ids: None)


def ask(post: Post, wish: str = "") -> PictureOrder:
    with tenancy.partner(post.partner_id):
        return order(post_id=post.pk, wish=wish, now=NOW)


def only() -> PictureOrder:
    with tenancy.all_partners():
        return PictureOrder.objects.select_related("picture").get()


def again(post: Post) -> Post:
    with tenancy.all_partners():
        return Post.objects.select_related("picture").get(pk=post.pk)


def spent() -> list[str]:
    with tenancy.all_partners():
        rows = AiUse.objects.order_by("pk").values_list("state", "roubles")
        return [f"{state} {roubles:.2f}" for state, roubles in rows]


def failed() -> str:
    one = only()
    assert (one.state, one.due_at) == (State.FAILED, None)
    assert one.sentence
    return one.reason


# The way of a picture


def test_from_the_wish_to_the_post(worker: Worker, cloud: Standin, post: Post) -> None:
    made = ask(post, "чашка кофе у окна")
    assert "чашка кофе" in made.prompt
    assert len(made.prompt) <= 500
    worker.until_done()
    one, shown = only(), again(post)
    assert (one.state, one.reason) == (State.DONE, "")
    item = one.picture
    assert item
    assert (item.partner_id, item.origin, item.keywords, item.products) == (post.partner_id, "drawn", [], [])
    assert Image.open(io.BytesIO(item.thumbnail.read())).size == (256, 256)
    assert (shown.picture, shown.revision, shown.state) == (item, 2, Post.State.PENDING)
    assert shown.picture_reason
    [call] = cloud.asked("imageGenerationAsync")
    assert call.body["modelUri"] == "art://b1gfolder/yandex-art/latest"
    assert call.body["generationOptions"]["seed"] == str(made.seed)
    assert call.body["messages"] == [{"weight": "1", "text": made.prompt}]
    assert len(cloud.asked("operation")) == 3, "twice it was not done yet"
    assert spent() == ["charged 2.21"]


def test_a_service_account_draws_as_well(worker: Worker, cloud: Standin) -> None:
    boris = make_partner("boris", group_id=-100)
    service_account(boris, art_enabled=True)
    post = make_post(boris)
    ask(post)
    cloud.fail("operation", Fault.EXPIRED)
    worker.until_done()
    assert again(post).picture == only().picture


def test_the_tick_finds_what_is_due(cloud: Standin, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    ask(post)
    find_pictures()
    assert only().state == State.ORDERED
    find_pictures()
    assert len(cloud.calls) == 1, "not before its time"


def test_a_double_press_orders_one_picture(worker: Worker, cloud: Standin, post: Post) -> None:
    assert ask(post) == ask(post)
    worker.step(timedelta(0))
    assert ask(post) == only()
    worker.until_done()
    assert len(cloud.asked("imageGenerationAsync")) == 1
    with tenancy.partner(post.partner_id):
        second = order(post_id=post.pk, now=NOW)
        assert last_order(post.pk) == second


def test_looks_become_rarer_and_end_after_an_hour(worker: Worker, cloud: Standin, post: Post) -> None:
    cloud.cloud.polls = 10_000
    ask(post)
    looks = []
    while only().due_at:
        worker.now = only().due_at or worker.now
        worker.step(timedelta(0))
        looks.append(worker.now)
    pauses = [(later - earlier) / SECOND for earlier, later in pairwise(looks)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5, 60)
    assert timedelta(minutes=55) < looks[-1] - looks[0] < timedelta(minutes=65)
    assert failed() == Trouble.LATE
    assert again(post).picture is None
    assert spent() == ["charged 2.21"]


# Kills


@pytest.mark.parametrize("dies_in", ["settle", "_update"])
def test_killed_between_the_order_and_its_number(
    worker: Worker, cloud: Standin, post: Post, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    """The provider has it and nobody knows its number: it is not ordered again, and counts as perhaps charged."""
    ask(post)
    where = "content.ai.budget.settle" if dies_in == "settle" else "content.services.posts.drawing._update"
    with monkeypatch.context() as patched:
        patched.setattr(where, killed)
        with pytest.raises(Killed):
            worker.step()
    assert only().state == State.WAITING
    worker.until_done()
    assert failed() == Trouble.ASKED_BEFORE
    assert len(cloud.asked("imageGenerationAsync")) == 1
    assert spent() == ["perhaps 2.21" if dies_in == "settle" else "charged 2.21"]


def test_killed_while_it_is_being_drawn(
    worker: Worker, cloud: Standin, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(post)
    worker.step()
    with monkeypatch.context() as patched:
        patched.setattr("content.ai.images.Artist.fetch", killed)
        with pytest.raises(Killed):
            worker.step()
    worker.until_done()
    assert only().state == State.DONE
    assert len(cloud.asked("imageGenerationAsync")) == 1


def test_killed_while_the_post_gets_it(
    worker: Worker, cloud: Standin, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing: the next look brings the same picture, once."""
    cloud.cloud.polls = 0
    ask(post)
    worker.step()
    with monkeypatch.context() as patched:
        patched.setattr(desk, "set_picture", killed)
        with pytest.raises(Killed):
            worker.step()
    with tenancy.all_partners():
        assert not MediaItem.objects.exists()
    worker.until_done()
    assert again(post).picture == only().picture
    with tenancy.all_partners():
        assert MediaItem.objects.count() == 1


class Killed(BaseException):
    pass


def killed(*_args: object, **_named: object) -> None:
    raise Killed


def test_who_is_at_it_is_left_alone_until_they_die(worker: Worker, cloud: Standin, post: Post) -> None:
    made = ask(post)
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s + %s)", [drawing.NAMESPACE, made.pk])
    worker.step()
    assert (only().state, cloud.calls) == (State.WAITING, [])
    other.close()
    worker.until_done()
    assert only().state == State.DONE


# What goes wrong


def test_what_passes_is_waited_out(worker: Worker, cloud: Standin, post: Post) -> None:
    cloud.fail("imageGenerationAsync", *[Fault.QUOTA] * 3, *[Fault.DOWN] * 3)  # each is tried three times at once
    cloud.fail("operation", Fault.CUT, *[Fault.DOWN] * 3, Fault.NONSENSE, Fault.NO_ROLE)
    ask(post)
    worker.until_done()
    assert only().state == State.DONE
    assert "charged 2.21" in spent()


@pytest.mark.parametrize(
    ("fault", "reason", "cost"),
    [
        (Fault.NO_ROLE, Trouble.NO_ART, "failed 0.00"),
        (Fault.BILLING, Trouble.BILLING, "failed 0.00"),
        (Fault.EXPIRED, Trouble.WRONG_KEY, "failed 0.00"),
        (Fault.CUT, Trouble.SLOW, "perhaps 2.21"),
        (Fault.NONSENSE, Trouble.NONSENSE, "perhaps 2.21"),
    ],
)
def test_why_it_was_not_ordered(
    worker: Worker, cloud: Standin, post: Post, fault: Fault, reason: Trouble, cost: str
) -> None:
    cloud.fail("imageGenerationAsync", fault)
    ask(post)
    worker.until_done()
    assert failed() == reason
    assert spent() == [cost]
    assert len(cloud.asked("imageGenerationAsync")) == 1
    assert again(post).revision == 1


def test_a_quota_for_an_hour_is_given_up(worker: Worker, cloud: Standin, post: Post) -> None:
    cloud.always["imageGenerationAsync"] = Fault.QUOTA
    ask(post)
    worker.until_done()
    assert failed() in (Trouble.QUOTA, Trouble.RESTING)
    assert timedelta(minutes=50) < worker.now - NOW < timedelta(minutes=80)


def test_what_the_model_will_not_draw(worker: Worker, cloud: Standin, post: Post) -> None:
    cloud.fail("operation", Fault.NOT_DRAWN)
    ask(post)
    worker.until_done()
    assert failed() == Trouble.FILTERED
    assert len(cloud.asked("operation")) == 1


def test_an_operation_that_is_gone(worker: Worker, cloud: Standin, post: Post) -> None:
    ask(post)
    worker.step()
    cloud.cloud.pictures.clear()
    worker.until_done()
    assert failed() == Trouble.LOST


@pytest.mark.parametrize("image", [b"<?php", b"", picture(kind="GIF"), picture(3_000, 100)])
def test_what_is_drawn_is_as_hostile_as_an_upload(worker: Worker, cloud: Standin, post: Post, image: bytes) -> None:
    ask(post)
    worker.step()
    (number,) = cloud.cloud.pictures
    cloud.cloud.pictures[number] = 0, base64.b64encode(image).decode()
    worker.until_done()
    assert failed() == Trouble.NONSENSE
    with tenancy.all_partners():
        assert not MediaItem.objects.exists()


def test_the_budget_is_asked_before_anybody_draws(worker: Worker, cloud: Standin) -> None:
    poor = make_partner("poor", ai_daily_cap=2)
    api_key_account(poor, art_enabled=True)
    ask(make_post(poor))
    worker.until_done()
    assert failed() == Trouble.BUDGET
    assert cloud.calls == []


def test_pictures_that_fail_do_not_stop_answers(worker: Worker, cloud: Standin, post: Post) -> None:
    cloud.fail("imageGenerationAsync", Fault.NO_ROLE)
    ask(post)
    worker.until_done()
    resting = AiAccount.objects.filter(rests_until__isnull=False).values_list("key", flat=True)
    assert [key.endswith(":pictures") for key in resting] == [True]


def test_an_error_of_ours_does_not_turn_for_ever(
    worker: Worker, cloud: Standin, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(desk, "set_picture", broken)
    ask(post)
    worker.until_done()
    assert failed() == Trouble.NONSENSE


# Who draws


def test_without_the_switch_nobody_draws(worker: Worker, cloud: Standin) -> None:
    boris = make_partner("boris")
    api_key_account(boris)
    with tenancy.partner(boris.pk):
        assert not can_draw(boris.pk)
    ask(make_post(boris))
    worker.until_done()
    assert failed() == Trouble.NO_ARTIST
    assert cloud.calls == []


def test_the_networks_account_draws_where_it_is_switched_on(worker: Worker) -> None:
    boris = make_partner("boris", group_id=-100)
    with running_cloud(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY=API_KEY, YANDEX_ART_ENABLED=True):
        post = make_post(boris)
        ask(post)
        worker.until_done()
    assert again(post).picture == only().picture


# Whether the post still wants it


def decide(act: Callable[..., object]) -> Callable[[Post, datetime], None]:
    def decided(post: Post, now: datetime) -> None:
        with tenancy.partner(post.partner_id):
            act(post_id=post.pk, revision=post.revision, by="Анна", now=now)

    return decided


def rejected(*, reason: str = "скучно", **named: Any) -> object:
    return desk.reject(reason=reason, **named)


def scheduled(*, now: datetime, **named: Any) -> object:
    return desk.schedule(at=now + 24 * HOUR, now=now, **named)


def without_a_picture(**named: Any) -> object:
    return desk.set_picture(media_id=None, reason="", **named)


@pytest.mark.parametrize("act", [rejected, without_a_picture])
def test_a_decision_meanwhile_stands(worker: Worker, post: Post, act: Callable[..., object]) -> None:
    ask(post)
    worker.step()
    decide(act)(post, worker.now)
    before = again(post)
    worker.until_done()
    after, one = again(post), only()
    assert (one.state, one.picture is None) == (State.DONE, False), "it was paid for: the library has it"
    assert (after.state, after.revision, after.picture) == (before.state, before.revision, None)


def test_an_approved_post_is_not_changed(worker: Worker, post: Post) -> None:
    ask(post)
    worker.step()
    with tenancy.partner(post.partner_id):
        Post.objects.update(state=Post.State.SCHEDULED, due_at=NOW + 24 * HOUR)
    worker.until_done()
    after = again(post)
    assert (after.state, after.revision, after.picture) == (Post.State.SCHEDULED, 1, None)


def test_an_edited_text_still_gets_its_picture(worker: Worker, post: Post) -> None:
    ask(post)
    worker.step()
    with tenancy.partner(post.partner_id):
        desk.edit(post_id=post.pk, revision=1, text="Кофе и новое утро", by="Анна", now=worker.now)
    worker.until_done()
    assert again(post).picture == only().picture
    with tenancy.partner(post.partner_id):
        assert list(PostAct.objects.values_list("act", "by")) == [("edited", "Анна"), ("pictured", "YandexART")]


def test_while_the_post_is_written_again_the_picture_waits(worker: Worker, cloud: Standin, post: Post) -> None:
    cloud.cloud.polls = 0
    ask(post)
    worker.step()
    with tenancy.partner(post.partner_id):
        Post.objects.update(state=Post.State.DRAFT)
    worker.step()
    assert only().state == State.ORDERED
    with tenancy.partner(post.partner_id):
        Post.objects.update(state=Post.State.PENDING)
    worker.until_done()
    assert again(post).picture == only().picture


def test_for_a_post_that_is_decided_on_nothing_is_ordered(worker: Worker, cloud: Standin, post: Post) -> None:
    ask(post)
    decide(rejected)(post, NOW)
    worker.until_done()
    assert failed() == Trouble.UNWANTED
    assert cloud.calls == []


def test_a_picture_stays_behind_the_wall(worker: Worker, anna: Partner, post: Post) -> None:
    boris = make_partner("boris")
    ask(post)
    worker.until_done()
    with tenancy.partner(boris.pk):
        assert not PictureOrder.objects.exists()
        assert not MediaItem.objects.exists()
        own = take_in(partner_id=boris.pk, data=picture(), now=NOW).item
    assert own.pk != only().picture_id
