"""What a lead has done, from whatever order its events come in."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from funnels.milestones import DEEDS, Did, Key, LeadEvent, milestones
from funnels.scoring import HOT, band, score
from funnels.services.presets import weights
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


def event(kind: str, minute: int, step: str = "", version: int | None = None, **data: object) -> LeadEvent:
    return LeadEvent(kind, step, data, NOW + minute * MINUTE, version)


def steps(name: Did, events: list[LeadEvent]) -> set[str]:
    return {key.step for key in milestones(events, weights()) if key.name == name}


def test_each_thing_counts_once_at_its_first_time() -> None:
    events = [
        event("started", 0, "welcome", 7),
        event("screen_shown", 0, "welcome", 7),
        event("screen_shown", 3, "offer", 7, product="slim"),
        event("screen_shown", 9, "offer", 7, product="slim"),
        event("link_clicked", 5, "offer", 7, slot="shop.slim"),
        event("link_clicked", 6, "offer", 7, slot="blog"),
        event("status_changed", 8, to="ordered"),
        event("status_changed", 9, to="contacted"),
    ]
    found = milestones(events, weights())
    assert {key.name: found[key] for key in found if key.name in DEEDS} == {
        Did.CAME: NOW,
        Did.PRODUCT: NOW + 3 * MINUTE,
        Did.SHOP: NOW + 5 * MINUTE,
        Did.ORDERED: NOW + 8 * MINUTE,
    }
    assert found[Key(Did.SCREEN, 7, "offer")] == NOW + 3 * MINUTE


def test_who_never_came_has_done_nothing() -> None:
    assert milestones([event("bot_blocked", 0)], weights()) == {}


def test_the_first_and_the_last_link_are_both_kept() -> None:
    events = [
        event("started", 5, link=2),
        event("started", 1, link=1),
        event("started", 9),
        event("started", 7, link=1),
    ]
    assert steps(Did.FIRST_LINK, events) == {"1"}
    assert steps(Did.LAST_LINK, events) == {"1"}
    assert steps(Did.LAST_LINK, events[:2]) == {"2"}
    assert steps(Did.FIRST_LINK, [event("started", 0)]) == {"0"}


def test_the_band_is_the_one_before_the_order_and_hot_the_moment_of_becoming_so() -> None:
    events = [
        event("started", 0),
        event("button_pressed", 1, set={"intent": "business", "goal": "200k_plus"}),
        event("contact_left", 4, what="phone"),
        event("status_changed", 5, to="ordered"),
        *(event("link_clicked", minute, slot="shop") for minute in (6, 7)),
    ]
    found = milestones(events, weights())
    assert steps(Did.BAND, events) == {"warm"}  # 50 points until the order
    assert found[Key(Did.HOT)] == NOW + 6 * MINUTE


def test_a_sequence_says_what_was_got_where_they_stand_and_what_they_did() -> None:
    events = [
        event("started", 0),
        event("link_clicked", 0, slot="shop"),  # before it: not its merit
        event("sequence_entered", 1, "weight"),
        event("warmup_sent", 2, "weight:first"),
        event("warmup_sent", 3, "weight:second", missed=True),
        event("warmup_sent", 3, "energy:first"),
        event("contact_left", 4, what="phone"),
    ]
    standing = {"entered", "got:first", "missed:second", "did:contact", "did:any"}
    assert steps(Did.SEQUENCE, events) == {f"weight:{what}" for what in standing | {"at:second"}}
    events.append(event("sequence_ended", 5, "weight", reason="contact"))
    assert steps(Did.SEQUENCE, events) == {f"weight:{what}" for what in standing | {"left:contact"}}
    events.append(event("sequence_entered", 6, "weight"))
    assert steps(Did.SEQUENCE, events) == {f"weight:{what}" for what in standing | {"at:second"}}


events_of_a_life = st.lists(
    st.builds(
        event,
        kind=st.sampled_from(["started", "screen_shown", "message_received", "link_clicked", "sequence_entered"]),
        minute=st.integers(0, 5_000),
        step=st.sampled_from(["weight", "energy"]),
        version=st.sampled_from([1, 2]),
        slot=st.sampled_from(["shop", "registration", "blog"]),
    ),
    max_size=30,
)


@given(events=events_of_a_life, random=st.randoms(use_true_random=False))
def test_the_order_in_which_events_come_does_not_matter(events: list[LeadEvent], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert milestones(shuffled, weights()) == milestones(events, weights())


@given(events=events_of_a_life)
def test_hot_and_the_band_are_what_the_score_says(events: list[LeadEvent]) -> None:
    found = milestones(events, weights())
    if not found:
        return
    signs = sorted(one.at for one in events if one.kind in weights().activity)
    totals = [score(events, now=at, weights=weights()).total for at in signs]
    assert {key.step for key in found if key.name == Did.BAND} == {band(max(totals, default=0))}
    assert found.get(Key(Did.HOT)) == next((at for at, total in zip(signs, totals, strict=True) if total >= HOT), None)
