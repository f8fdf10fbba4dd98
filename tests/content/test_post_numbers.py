"""What people do with posts: counted once, for the right post, and how it grows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content.models import OutboxMessage, Post, PostEvent, PostNumbers, PostReaction
from content.queries.post_numbers import NOTHING, Numbers, Report, counted, report
from content.services.posts import numbers
from content.services.posts.tracking import post_links
from partners import tenancy
from partners.models import Partner
from tests.content.stored_posts import GROUP, make_post, make_publisher
from tests.factories import NOW, make_partner

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def partner(db: None) -> Partner:
    return make_publisher("anna").partner


def published(partner: Partner, message_id: int = 5, at: datetime = NOW, **fields: object) -> Post:
    place = {"chat_id": GROUP, "message_id": message_id, "published_at": at}
    return make_post(partner, **{"state": Post.State.PUBLISHED} | place | fields)


def react(partner: Partner, person: int, *signs: str, message_id: int = 5, **fields: int) -> None:
    place = {"chat_id": GROUP, "message_id": message_id, "person": person}
    with tenancy.partner(partner.pk):
        numbers.react(partner_id=partner.pk, **place | fields, emoji=dict.fromkeys(signs, 1), now=NOW)


def comment(partner: Partner, chat_id: int = GROUP, message_id: int = 5) -> bool:
    with tenancy.partner(partner.pk):
        return numbers.comment(partner_id=partner.pk, chat_id=chat_id, message_id=message_id, now=NOW)


def numbers_of(post: Post) -> Numbers:
    with tenancy.partner(post.partner_id):
        return counted([post.pk])[post.pk]


def look(partner: Partner, now: datetime = NOW, days: int = 30) -> Report:
    with tenancy.partner(partner.pk):
        return report(now=now, days=days, partner_id=partner.pk)


def snapshot(partner: Partner, now: datetime) -> int:
    with tenancy.partner(partner.pk):
        return numbers.take_snapshots(partner_id=partner.pk, now=now)


def test_a_person_changes_their_mind(partner: Partner) -> None:
    post = published(partner)
    react(partner, 1, "👍")
    react(partner, 2, "👍", "🔥")
    react(partner, 1, "❤")
    assert numbers_of(post) == Numbers(3, 0, 0, {"❤": 1, "👍": 1, "🔥": 1})
    react(partner, 2)
    react(partner, 2)
    assert numbers_of(post) == Numbers(1, 0, 0, {"❤": 1})


def test_a_channel_tells_only_how_many(partner: Partner) -> None:
    post = published(partner)
    for count in (3, 7):
        with tenancy.partner(partner.pk):
            numbers.react(
                partner_id=partner.pk, chat_id=GROUP, message_id=5, person=numbers.ALL, emoji={"👍": count}, now=NOW
            )
    assert numbers_of(post).reactions == 7


def test_what_is_no_post_of_this_partner_is_not_counted(partner: Partner) -> None:
    own = published(partner)
    other = published(make_publisher("boris").partner, message_id=6)
    react(partner, 1, "👍", message_id=6)  # another partner's post in the same group
    react(partner, 1, "👍", message_id=7)
    react(partner, 1, "👍", chat_id=GROUP - 1)
    assert not comment(partner, message_id=6)
    assert not comment(partner, chat_id=GROUP - 1)
    assert comment(partner)
    assert (numbers_of(own), numbers_of(other)) == (Numbers(comments=1), NOTHING)


def test_who_reacts_before_the_number_of_the_message_is_taken_over(partner: Partner) -> None:
    post = make_post(partner, state=Post.State.PUBLISHING, chat_id=GROUP)
    with tenancy.all_partners():
        OutboxMessage.objects.create(
            partner=partner, bot=partner.bot, chat_id=GROUP, lane=OutboxMessage.Lane.POST, source=f"post:{post.pk}",
            dedupe_key="a", payload={}, state=OutboxMessage.State.SENT, message_id=9, created_at=NOW, not_before=NOW,
        )  # fmt: skip
    react(partner, 1, "👍", message_id=9)
    react(partner, 2, "👍", message_id=8)
    assert numbers_of(post).reactions == 1


def test_an_erased_person_leaves_only_a_count(partner: Partner) -> None:
    post = published(partner)
    react(partner, 1, "👍")
    react(partner, 2, "👍")
    with tenancy.partner(partner.pk):
        numbers.forget_person(partner_id=partner.pk, telegram_id=1)
        assert not PostReaction.objects.filter(person=1).exists()
    assert numbers_of(post).reactions == 2


def test_snapshots_every_hour_then_every_day_then_no_more(partner: Partner) -> None:
    post = published(partner)
    taken = []
    for hours in range(24 * 33):
        if snapshot(partner, NOW + hours * HOUR):
            taken.append(hours)
    assert taken == [*range(1, 72), *range(71 + 24, 24 * 30, 24)]
    with tenancy.partner(partner.pk):
        assert PostNumbers.objects.filter(post=post).count() == len(taken)
    with tenancy.all_partners():
        assert numbers.due_partners(NOW) == [partner.pk]
        assert numbers.due_partners(NOW + 31 * DAY) == []


def test_growth_is_since_a_day_ago(partner: Partner) -> None:
    published(partner)
    react(partner, 1, "👍")
    (line,) = look(partner, NOW + HOUR).lines
    assert line.growth("reactions") == 1  # a day ago there was no post
    snapshot(partner, NOW + 2 * HOUR)
    react(partner, 2, "👍")
    (line,) = look(partner, NOW + 2 * HOUR + DAY).lines
    assert (line.growth("reactions"), line.growth("clicks")) == (1, 0)
    react(partner, 1)
    react(partner, 2)
    (line,) = look(partner, NOW + 2 * HOUR + DAY).lines
    assert line.growth("reactions") == -1


def test_a_post_that_nobody_counted_a_day_ago_has_no_growth(partner: Partner) -> None:
    published(partner)
    (line,) = look(partner, NOW + 2 * DAY).lines
    assert line.growth("reactions") is None


def test_a_period_its_sum_and_the_best(partner: Partner) -> None:
    old = published(partner, 1, NOW - 8 * DAY)
    liked, read = published(partner, 2, NOW - 2 * DAY), published(partner, 3, NOW - DAY)
    make_post(partner)  # waits for a decision
    for person in (1, 2):
        react(partner, person, "👍", message_id=2)
    react(partner, 1, "👍", message_id=3)
    react(partner, 1, "👍", message_id=1)
    comment(partner, message_id=3)
    week = look(partner, days=7)
    assert [line.post for line in week.lines] == [read, liked]
    assert week.total == Numbers(3, 0, 1, {})
    assert [line.post for line in week.best("reactions", 5)] == [liked, read]
    assert [line.post for line in week.best("comments", 5)] == [read]
    assert week.best("clicks", 5) == ()
    assert old in [line.post for line in look(partner, days=30).lines]


def test_thirty_posts_cost_the_queries_of_one(partner: Partner) -> None:
    def queries() -> int:
        with tenancy.partner(partner.pk), CaptureQueriesContext(connection) as captured:
            report(now=NOW, days=30, partner_id=partner.pk)
        return len(captured)

    published(partner, 1)
    react(partner, 1, "👍", message_id=1)
    one = queries()
    for number in range(2, 31):
        published(partner, number)
        react(partner, 1, "👍", message_id=number)
    assert queries() == one


def test_another_partners_door_shows_nothing(partner: Partner) -> None:
    post = published(partner)
    react(partner, 1, "👍")
    with tenancy.partner(make_partner().pk):
        assert report(now=NOW, days=30).lines == ()
        assert counted([post.pk])[post.pk] == NOTHING


# Links


def url_of(post: Post, slot: str = "shop_link") -> str:
    return "/p/" + post_links(post)[slot].partition("/p/")[2]


def clicks(partner: Partner) -> int:
    with tenancy.partner(partner.pk):
        return PostEvent.objects.filter(kind=PostEvent.Kind.CLICK).count()


def test_one_press_counts_once_and_two_people_twice(partner: Partner) -> None:
    url = url_of(published(partner))
    reader, other = Client(), Client()
    for client in (reader, reader, other):
        assert client.get(url)["Location"] == partner.shop_link
    assert clicks(partner) == 2
    reader.cookies.clear()  # ten seconds later
    reader.get(url)
    assert clicks(partner) == 3


def test_a_prefetch_that_becomes_a_visit_counts_once(partner: Partner) -> None:
    url = url_of(published(partner))
    reader = Client()
    reader.head(url)
    reader.get(url, headers={"Sec-Purpose": "prefetch"})
    reader.get(url, headers={"User-Agent": "TelegramBot (like TwitterBot)"})
    assert clicks(partner) == 0
    reader.get(url)
    assert clicks(partner) == 1


def test_links_of_two_slots_are_two_presses(partner: Partner) -> None:
    post, reader = published(partner), Client()
    for slot in ("shop_link", "registration_link"):
        reader.get(url_of(post, slot))
    assert clicks(partner) == 2
