"""From the decision to the chat: never twice, never lost without a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from content.messages import Html
from content.models import MediaItem, OutboxMessage, Post, PostEvent
from content.outbox import promises
from content.outbox.delivery import Result, sweep
from content.services.posts import desk, publishing
from content.services.posts.decision import Outcome
from partners import tenancy
from partners.models import Bot, Partner
from tests.content.stored_posts import (
    GROUP,
    TOPIC,
    acts,
    claim,
    finish,
    make_post,
    make_publisher,
    press,
    promised,
    sample_text,
    stored,
    tick,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db

State, Sent = Post.State, OutboxMessage.State
HOUR = timedelta(hours=1)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_publisher("anna")


@pytest.fixture
def post(bot: Bot) -> Post:
    return make_post(bot.partner)


def approved(post: Post) -> Post:
    assert press(post, desk.approve_and_publish).done
    tick(post.partner)
    return post


def with_picture(bot: Bot, **fields: object) -> Post:
    with tenancy.all_partners():
        picture = MediaItem.objects.create(file="library/a.jpg", sha256="a", added_at=NOW)
    return make_post(bot.partner, picture=picture, **fields)


def send(bot: Bot, state: str = Sent.SENT, reason: str = "", message_id: int = 5, now: datetime = NOW) -> None:
    (one,) = claim(bot, now)
    finish(Result(one.id, state, reason, message_id if state == Sent.SENT else None), now=now)
    tick(bot.partner, now)


def test_an_approved_post_stands_in_its_topic(bot: Bot, post: Post) -> None:
    approved(post)
    (message,) = promised(post)
    assert (message.chat_id, message.thread_id, message.lane) == (GROUP, TOPIC, OutboxMessage.Lane.POST)
    assert message.not_after == NOW + publishing.LATEST
    send(bot)
    row = stored(post)
    assert (row.state, row.chat_id, row.thread_id, row.message_id) == (State.PUBLISHED, GROUP, TOPIC, 5)
    assert row.published_at == NOW
    assert acts(post) == [("approved", "Анна"), ("publishing", "curator"), ("published", "curator")]


def test_a_scheduled_post_waits_for_its_time(bot: Bot, post: Post) -> None:
    press(post, desk.schedule, at=NOW + HOUR)
    tick(bot.partner, NOW + HOUR - timedelta(seconds=1))
    assert promised(post) == []
    with tenancy.all_partners():
        assert publishing.due_partners(NOW) == []
        assert publishing.due_partners(NOW + HOUR) == [bot.partner_id]
    tick(bot.partner, NOW + HOUR)
    assert len(promised(post)) == 1


def test_a_restart_between_approval_and_publishing_loses_nothing(bot: Bot, post: Post) -> None:
    """The row is all there is: any process finds it later, and any number of them promise once."""
    press(post, desk.approve_and_publish)
    for _process in range(3):
        tick(bot.partner, NOW + HOUR)
    assert len(promised(post)) == 1


def test_a_crash_while_it_is_promised_leaves_an_approved_post(
    bot: Bot, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(post, desk.approve_and_publish)

    def crash(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(promises, "notify", crash)
        with pytest.raises(KeyboardInterrupt):
            tick(bot.partner)
    assert (stored(post).state, promised(post)) == (State.APPROVED, [])
    tick(bot.partner)
    assert len(promised(post)) == 1


def test_a_runner_that_dies_while_sending_leaves_a_doubt(bot: Bot, post: Post) -> None:
    approved(post)
    assert len(claim(bot)) == 1
    tick(bot.partner)
    assert stored(post).state == State.PUBLISHING
    with tenancy.all_partners():
        assert sweep(bot_ids=[bot.pk], now=NOW) == 1
    for hours in range(1, 30):
        tick(bot.partner, NOW + hours * HOUR)
    assert (stored(post).state, stored(post).reason) == (State.UNKNOWN, "interrupted")
    assert (len(promised(post)), claim(bot, NOW + 40 * HOUR)) == (1, [])


def test_a_person_says_that_it_arrived(bot: Bot, post: Post) -> None:
    approved(post)
    send(bot, Sent.UNKNOWN, "no answer")
    assert press(post, desk.confirm_published, by="Борис").post.state == State.PUBLISHED
    assert press(post, desk.publish_again).outcome == Outcome.LATE
    tick(bot.partner, NOW + HOUR)
    assert [(row.state, row.reason) for row in promised(post)] == [(Sent.SKIPPED, "arrived")]


def test_a_person_says_that_it_did_not_arrive(bot: Bot, post: Post) -> None:
    approved(post)
    send(bot, Sent.UNKNOWN, "no answer")
    assert press(post, desk.publish_again, by="Борис").done
    assert press(post, desk.publish_again).outcome == Outcome.LATE
    assert press(post, desk.confirm_published).outcome == Outcome.LATE
    tick(bot.partner)
    first, second = promised(post)
    assert (first.state, second.state) == (Sent.SKIPPED, Sent.QUEUED)
    send(bot)
    assert stored(post).state == State.PUBLISHED


def test_the_outbox_sends_no_post_again_by_itself(bot: Bot, post: Post) -> None:
    approved(post)
    send(bot, Sent.UNKNOWN, "no answer")
    with tenancy.partner(bot.partner_id):
        assert promises.send_again(messages=OutboxMessage.objects.all(), now=NOW) == 0
        assert promises.drop(messages=OutboxMessage.objects.all(), now=NOW) == 0


def test_a_failure_is_told_and_tried_again_later_and_later_then_left_to_a_person(bot: Bot, post: Post) -> None:
    approved(post)
    now, waits = NOW, []
    for _attempt in range(9):
        send(bot, Sent.FAILED, "message thread not found", now=now)
        row = stored(post)
        assert (row.state, row.reason) == (State.FAILED, "message thread not found")
        if row.due_at is None:
            break
        waits.append(row.due_at - now)
        tick(bot.partner, row.due_at - timedelta(seconds=1))
        assert claim(bot, row.due_at) == []
        now = row.due_at
        tick(bot.partner, now)
    assert waits == list(publishing.BACK_OFF)
    assert [row.state for row in promised(post)] == [Sent.SKIPPED, Sent.SKIPPED, Sent.SKIPPED, Sent.FAILED]
    assert press(stored(post), desk.approve_and_publish, now=now).done
    tick(bot.partner, now)
    send(bot, now=now)
    assert stored(post).state == State.PUBLISHED


def test_a_failed_post_goes_where_its_topic_is_by_then(bot: Bot, post: Post) -> None:
    approved(post)
    send(bot, Sent.FAILED, "message thread not found")
    with tenancy.all_partners():
        Partner.objects.update(topics={"Обучение": 99})
    tick(bot.partner, NOW + HOUR)
    assert promised(post)[-1].thread_id == 99


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"topics": {"Продукты": 3}}, "Обучение"), ({"group_id": None}, "")],
)
def test_without_a_place_it_fails_and_is_tried_again(
    bot: Bot, post: Post, fields: dict[str, object], reason: str
) -> None:
    press(post, desk.approve_and_publish)
    with tenancy.all_partners():
        Partner.objects.update(**fields)
    tick(bot.partner)
    row = stored(post)
    assert (row.state, row.due_at, promised(post)) == (State.FAILED, NOW + publishing.BACK_OFF[0], [])
    assert reason in row.reason


def test_a_group_without_known_topics_has_one_place() -> None:
    bot = make_publisher(topics={})
    post = approved(make_post(bot.partner))
    (message,) = promised(post)
    assert message.thread_id is None


def test_a_night_without_workers_does_not_publish_yesterdays_posts(bot: Bot, post: Post) -> None:
    press(post, desk.schedule, at=NOW + HOUR)
    tick(bot.partner, NOW + HOUR + publishing.LATEST + HOUR)
    row = stored(post)
    assert (row.state, row.due_at, promised(post)) == (State.FAILED, None, [])


def test_a_message_that_no_runner_came_for_is_taken_back(bot: Bot, post: Post) -> None:
    approved(post)
    late = NOW + publishing.LATEST + HOUR
    tick(bot.partner, late)
    tick(bot.partner, late)
    assert (stored(post).state, stored(post).reason) == (State.FAILED, "too late")
    assert claim(bot, late) == []


def test_what_became_wrong_since_its_approval_is_not_published(bot: Bot, post: Post) -> None:
    press(post, desk.schedule, at=NOW + HOUR)
    with tenancy.all_partners():
        Post.objects.update(text="Этот чай лечит диабет. Попробуете?")
    tick(bot.partner, NOW + HOUR)
    assert (stored(post).state, stored(post).due_at, promised(post)) == (State.FAILED, None, [])


def test_a_promise_that_somebody_deleted_is_a_doubt(bot: Bot, post: Post) -> None:
    approved(post)
    with tenancy.all_partners():
        OutboxMessage.objects.all().delete()
    tick(bot.partner)
    assert stored(post).state == State.UNKNOWN


# Pictures


def test_a_short_text_stands_under_its_picture(bot: Bot) -> None:
    post = approved(with_picture(bot))
    (message,) = promised(post)
    assert message.payload["picture"] == "library/a.jpg"
    assert message.payload["text"]
    send(bot)
    assert stored(post).state == State.PUBLISHED


@pytest.fixture
def long_post(bot: Bot) -> Post:
    text = sample_text()
    first, _gap, rest = text.partition("\n\n")
    filler = "Неделя начинается с простого списка дел, и в нём ровно три пункта. " * 12
    return approved(with_picture(bot, text=f"{first}\n\n{filler.strip()}\n\n{rest}"))


def test_a_long_text_follows_when_the_picture_is_there(bot: Bot, long_post: Post) -> None:
    (picture,) = promised(long_post)
    assert (picture.payload["picture"], picture.payload["text"]) == ("library/a.jpg", "")
    tick(bot.partner)
    assert len(promised(long_post)) == 1
    send(bot, message_id=5)
    assert stored(long_post).state == State.PUBLISHING
    send(bot, message_id=6)
    assert (stored(long_post).state, stored(long_post).message_id) == (State.PUBLISHED, 6)


def test_a_text_that_failed_does_not_bring_its_picture_twice(bot: Bot, long_post: Post) -> None:
    send(bot)
    send(bot, Sent.FAILED, "Bad Request")
    later = NOW + HOUR
    tick(bot.partner, later)
    send(bot, now=later)
    assert stored(long_post).state == State.PUBLISHED
    assert ["picture" in row.payload for row in promised(long_post)] == [True, False, False]


def test_after_a_picture_that_a_person_has_seen_the_text_follows(bot: Bot, long_post: Post) -> None:
    send(bot, Sent.UNKNOWN, "no answer")
    assert len(promised(long_post)) == 1
    assert press(long_post, desk.confirm_published).post.state == State.APPROVED
    tick(bot.partner)
    send(bot, message_id=6)
    assert (stored(long_post).state, stored(long_post).message_id) == (State.PUBLISHED, 6)
    assert ["picture" in row.payload for row in promised(long_post)] == [True, False]


# Links


def test_links_are_the_partners_own_and_count_presses(bot: Bot, client: Client) -> None:
    post = approved(make_post(bot.partner, text=f"{sample_text()}\n\nЗагляните: {{shop_link}} и {{registration_link}}"))
    (message,) = promised(post)
    html = Html(message.payload["text"])
    shop, join = (piece.partition('"')[0] for piece in html.split('href="')[1:][-2:])
    assert client.get(urlsplit(shop).path).headers["Location"] == bot.partner.shop_link
    assert client.get(urlsplit(join).path).headers["Location"] == bot.partner.registration_link
    client.head(urlsplit(shop).path)
    client.get(urlsplit(shop).path, headers={"User-Agent": "TelegramBot (like TwitterBot)"})
    client.get(urlsplit(shop).path, headers={"Sec-Purpose": "prefetch"})
    with tenancy.partner(bot.partner_id):
        assert sorted(PostEvent.objects.values_list("post", "slot")) == [
            (post.pk, "registration_link"), (post.pk, "shop_link"),
        ]  # fmt: skip


def test_a_link_that_is_not_ours_leads_nowhere(client: Client) -> None:
    assert client.get("/p/nonsense").status_code == 404


def test_an_advert_is_marked_where_it_is_published(bot: Bot) -> None:
    post = make_post(bot.partner, kind="promo", text=sample_text("promo"), erid="2Vtz", advertiser="ООО «Чай»")
    with tenancy.all_partners():
        Partner.objects.update(topics={})
    approved(post)
    (message,) = promised(post)
    assert message.payload["text"].endswith("Реклама. ООО «Чай». erid: 2Vtz")


def test_what_no_row_tells_of_any_more_is_not_sent_again(bot: Bot, post: Post) -> None:
    approved(post)
    send(bot, Sent.UNKNOWN, "no answer")
    with tenancy.all_partners():
        OutboxMessage.objects.all().delete()
    decided = press(post, desk.confirm_published, by="Борис").post
    assert (decided.state, decided.published_at) == (State.PUBLISHED, NOW)
    tick(bot.partner, NOW + HOUR)
    assert promised(post) == []
