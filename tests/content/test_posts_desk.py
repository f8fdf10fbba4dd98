"""What people decide about a post: once, about the revision they have seen, with their names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from content.models import MediaItem, Post
from content.services.posts import desk
from content.services.posts.decision import Decision, Outcome
from partners import tenancy
from partners.models import Bot
from tests.content.stored_posts import acts, make_post, make_publisher, press, sample_text, stored, tick
from tests.factories import NOW

pytestmark = pytest.mark.django_db

State = Post.State
TOMORROW = NOW + timedelta(days=1)
LATER = TOMORROW + timedelta(hours=5)

DECISIONS: list[tuple[Callable[..., Decision], dict[str, Any], str]] = [
    (desk.approve_and_publish, {}, State.APPROVED),
    (desk.schedule, {"at": TOMORROW}, State.SCHEDULED),
    (desk.reject, {"reason": "скучно"}, State.REJECTED),
    (desk.rewrite, {"comment": "короче"}, State.DRAFT),
    (desk.regenerate, {}, State.DRAFT),
]


@pytest.fixture
def bot(db: None) -> Bot:
    return make_publisher()


@pytest.fixture
def post(bot: Bot) -> Post:
    return make_post(bot.partner)


@pytest.mark.parametrize(("decision", "arguments", "state"), DECISIONS)
def test_the_second_press_hears_who_was_first(
    post: Post, decision: Callable[..., Decision], arguments: dict[str, Any], state: str
) -> None:
    assert press(post, decision, **arguments).done
    again = press(post, decision, by="Борис", **arguments)
    assert (again.outcome, again.post.state) == (Outcome.LATE, state)
    assert again.act
    assert again.act.by == "Анна"
    assert [by for _act, by in acts(post)] == ["Анна"]


# A new text takes back what was approved; everything else comes too late.
RIVALS = [
    (*first, *second[:2])
    for first in DECISIONS
    for second in DECISIONS
    if not (second[2] == State.DRAFT and first[2] in (State.APPROVED, State.SCHEDULED))
]


@pytest.mark.parametrize(("first", "first_arguments", "state", "second", "second_arguments"), RIVALS)
def test_of_two_moderators_the_first_one_wins(
    post: Post,
    first: Callable[..., Decision],
    first_arguments: dict[str, Any],
    state: str,
    second: Callable[..., Decision],
    second_arguments: dict[str, Any],
) -> None:
    press(post, first, **first_arguments)
    assert press(post, second, by="Борис", **second_arguments).outcome == Outcome.LATE
    assert stored(post).state == state


@pytest.mark.parametrize(("decision", "arguments", "_state"), DECISIONS)
def test_nobody_decides_about_a_revision_that_is_gone(
    post: Post, decision: Callable[..., Decision], arguments: dict[str, Any], _state: str
) -> None:
    assert press(post, desk.edit, text=sample_text("tips", 1)).post.revision == 2
    assert press(post, decision, by="Борис", **arguments).outcome == Outcome.STALE
    assert (stored(post).state, acts(post)) == (State.PENDING, [("edited", "Анна")])


@pytest.mark.parametrize("decision", [desk.approve_and_publish, desk.schedule])
def test_an_edit_after_the_approval_takes_the_post_back(post: Post, decision: Callable[..., Decision]) -> None:
    arguments: dict[str, Any] = {"at": TOMORROW} if decision is desk.schedule else {}
    press(post, decision, **arguments)
    assert press(post, desk.edit, by="Борис", text=sample_text("tips", 1)).done
    tick(post.partner, LATER)
    row = stored(post)
    assert (row.state, row.revision, row.due_at, row.text) == (State.PENDING, 2, None, sample_text("tips", 1))


def test_an_edit_comes_too_late_when_publishing_has_begun(post: Post) -> None:
    press(post, desk.approve_and_publish)
    tick(post.partner)
    edit = press(post, desk.edit, by="Борис", text=sample_text("tips", 1))
    assert edit.outcome == Outcome.LATE
    assert edit.act
    assert edit.act.act == "publishing"
    assert press(post, desk.withdraw).outcome == Outcome.LATE


def test_a_text_with_findings_is_kept_and_not_published(post: Post) -> None:
    edited = press(post, desk.edit, text="Этот чай лечит диабет. Попробуете?")
    assert (edited.outcome, edited.post.text) == (Outcome.DONE, "Этот чай лечит диабет. Попробуете?")
    for decision, arguments, _state in DECISIONS[:2]:
        refused = press(edited.post, decision, **arguments)
        assert refused.outcome == Outcome.REFUSED
        assert any(finding.code.startswith("claim") for finding in refused.findings)
    assert stored(post).state == State.PENDING


@pytest.mark.parametrize("text", ["", " \0 ", "a" * 4_097])
def test_no_text_and_too_much_text_leave_the_old_one(post: Post, text: str) -> None:
    assert press(post, desk.edit, text=text).outcome == Outcome.REFUSED
    assert (stored(post).text, stored(post).revision) == (post.text, 1)


def test_without_a_group_nothing_is_approved() -> None:
    post = make_post(make_publisher(group_id=None).partner)
    refused = press(post, desk.approve_and_publish)
    assert [finding.code for finding in refused.findings] == ["no_group"]


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=400)])
def test_a_post_is_scheduled_for_some_time_to_come(post: Post, at: Any) -> None:
    assert press(post, desk.schedule, at=at).outcome == Outcome.REFUSED


def test_of_two_people_who_move_a_post_the_second_hears_of_it(post: Post) -> None:
    press(post, desk.schedule, at=TOMORROW)
    assert press(post, desk.reschedule, was=TOMORROW, at=LATER).done
    second = press(post, desk.reschedule, by="Борис", was=TOMORROW, at=TOMORROW + timedelta(days=9))
    assert second.outcome == Outcome.LATE
    assert stored(post).due_at == LATER
    assert acts(post) == [("scheduled", "Анна"), ("scheduled", "Анна")]


def test_what_was_approved_can_be_taken_back(post: Post) -> None:
    press(post, desk.schedule, at=TOMORROW)
    assert press(post, desk.withdraw).post.state == State.PENDING
    tick(post.partner, LATER)
    assert stored(post).state == State.PENDING


def test_an_advert_needs_its_mark_or_a_name(bot: Bot) -> None:
    post = make_post(bot.partner, kind="promo", text=sample_text("promo"))
    assert [one.code for one in press(post, desk.approve_and_publish).findings] == ["advert_mark"]
    marked = press(post, desk.mark, by="Анна").post
    assert (marked.not_advert_by, marked.revision, marked.findings) == ("Анна", 2, [])
    incomplete = press(marked, desk.mark, erid="2VtzqwX").post
    assert [row["code"] for row in incomplete.findings] == ["advert_incomplete"]
    advert = press(incomplete, desk.mark, erid="2VtzqwX", advertiser="ООО «Ромашка»").post
    assert (advert.findings, advert.not_advert_by) == ([], "")


def test_a_post_repeats_what_waits_before_it(bot: Bot, post: Post) -> None:
    twin = make_post(bot.partner)
    assert [finding.code for finding in press(twin, desk.approve_and_publish).findings] == ["alike"]
    assert press(post, desk.approve_and_publish).done


def test_a_picture_is_the_networks_or_the_partners_own(bot: Bot, post: Post) -> None:
    other = make_publisher().partner
    rows: list[dict[str, Any]] = [{}, {"partner": other}, {"retired_at": NOW}]
    with tenancy.all_partners():
        network, foreign, gone = (
            MediaItem.objects.create(file="library/a.jpg", sha256=str(number), added_at=NOW, **fields)
            for number, fields in enumerate(rows)
        )
    pictured = press(post, desk.set_picture, media_id=network.pk, reason="Он на ней").post
    assert (pictured.picture, pictured.picture_reason, pictured.revision) == (network, "Он на ней", 2)
    for picture in (foreign, gone):
        with pytest.raises(MediaItem.DoesNotExist):
            press(pictured, desk.set_picture, media_id=picture.pk, reason="")
    assert press(pictured, desk.set_picture, media_id=None, reason="").post.picture is None


def test_a_post_of_another_partner_does_not_exist(post: Post) -> None:
    other = make_publisher().partner
    with pytest.raises(Post.DoesNotExist), tenancy.partner(other.pk):
        desk.approve_and_publish(post_id=post.pk, revision=1, by="Борис", now=NOW)
    assert stored(post).state == State.PENDING


def test_names_and_reasons_are_bounded(post: Post) -> None:
    press(post, desk.reject, reason="скучно\n\0" * 300, by="Имя " * 90)
    row = stored(post)
    assert row.reason.startswith("скучно скучно")
    assert len(row.reason) <= 200
    ((_act, by),) = acts(post)
    assert len(by) <= 120
