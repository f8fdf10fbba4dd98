"""What people do with posts: counted once, for the right post, and how it grows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content.models import OutboxMessage, Post, PostAct, PostEvent, PostNumbers, PostReaction
from content.queries.post_numbers import (
    NOTHING,
    Line,
    Numbers,
    Published,
    Sum,
    by_day,
    by_kind,
    counted,
    last_days,
    lines,
    total,
)
from content.services.posts import numbers
from content.services.posts.decision import done
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
        return counted([post.pk]).get(post.pk, NOTHING)


def days(partner: Partner | None, count: int, now: datetime = NOW) -> Published:
    return last_days(count, today=now.date(), partner_id=partner.pk if partner else None)


def look(partner: Partner, now: datetime = NOW) -> tuple[Line, ...]:
    with tenancy.partner(partner.pk):
        return lines(days(partner, 30, now).ordered(), now)


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
    assert numbers_of(post) == NOTHING
    post.published_at = NOW
    with tenancy.partner(partner.pk):
        done(post, Post.State.PUBLISHED, PostAct.Act.PUBLISHED, by="Анна", now=NOW)
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
    (line,) = look(partner, NOW + HOUR)
    assert line.growth("reactions") == 1  # a day ago there was no post
    snapshot(partner, NOW + 2 * HOUR)
    react(partner, 2, "👍")
    (line,) = look(partner, NOW + 2 * HOUR + DAY)
    assert (line.growth("reactions"), line.growth("clicks")) == (1, 0)
    react(partner, 1)
    react(partner, 2)
    (line,) = look(partner, NOW + 2 * HOUR + DAY)
    assert line.growth("reactions") == -1


def test_a_post_that_nobody_counted_a_day_ago_has_no_growth(partner: Partner) -> None:
    published(partner)
    (line,) = look(partner, NOW + 2 * DAY)
    assert line.growth("reactions") is None


def test_a_period_its_sums_and_the_best(partner: Partner) -> None:
    old = published(partner, 1, NOW - 7 * DAY)
    liked, read = published(partner, 2, NOW - 2 * DAY, kind="faq"), published(partner, 3, NOW - DAY)
    make_post(partner)  # waits for a decision
    for person in (1, 2):
        react(partner, person, "👍", message_id=2)
    react(partner, 1, "👍", message_id=3)
    react(partner, 1, "👍", message_id=1)
    comment(partner, message_id=3)
    week = days(partner, 7)
    with tenancy.partner(partner.pk):
        assert [line.post for line in lines(week.ordered(), NOW)] == [read, liked]
        assert total(week) == Sum(2, Numbers(3, 0, 1))
        assert by_kind(week) == {"tips": Sum(1, Numbers(1, 0, 1)), "faq": Sum(1, Numbers(2, 0, 0))}
        assert by_day(week) == {
            (NOW - DAY).date(): Sum(1, Numbers(1, 0, 1)),
            (NOW - 2 * DAY).date(): Sum(1, Numbers(2, 0, 0)),
        }
        assert [one.post for one in week.best("reactions", 5)] == [liked, read]
        assert [one.post for one in week.best("comments", 5)] == [read]
        assert not week.best("clicks", 5)
        assert old in [one.post for one in days(partner, 8).ordered()]


def test_a_day_is_the_partners() -> None:
    far = make_publisher("far", time_zone="Pacific/Kiritimati").partner
    published(far, at=NOW.replace(hour=11))
    tomorrow = NOW.date() + DAY
    with tenancy.partner(far.pk):
        assert total(Published(tomorrow, tomorrow)).posts == 1
        assert total(Published(NOW.date(), NOW.date())).posts == 0


def test_the_network_is_all_partners(partner: Partner) -> None:
    for message_id, whose in enumerate((partner, partner, make_publisher("boris").partner), 1):
        published(whose, message_id)
        react(whose, 1, "👍", message_id=message_id)
    with tenancy.all_partners():
        assert total(days(None, 7)) == Sum(3, Numbers(3))
        assert total(days(partner, 7)) == Sum(2, Numbers(2))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_are_both_counted() -> None:
    post = published(make_publisher("anna").partner)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda person: _react_elsewhere(post.partner, person), range(1, 7)))
    assert numbers_of(post).reactions == 6


def _react_elsewhere(partner: Partner, person: int) -> None:
    """In a thread, whose connection is another one."""
    try:
        react(partner, person, "👍")
    finally:
        connection.close()


def test_thirty_posts_cost_the_queries_of_one(partner: Partner) -> None:
    def queries() -> int:
        with tenancy.partner(partner.pk), CaptureQueriesContext(connection) as captured:
            lines(days(partner, 30).ordered(), NOW)
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
        assert lines(days(None, 30).ordered(), NOW) == ()
        assert counted([post.pk]) == {}


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
