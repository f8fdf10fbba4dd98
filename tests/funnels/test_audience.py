"""Whom a segment names, and who of them may be written to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from funnels.models import Enrollment
from funnels.scoring import BANDS, HIGHEST, band
from funnels.segments import Activity, BadSegment, Segment, Warmed
from funnels.services.audience import Audience, count, counts, eligible
from partners import tenancy
from partners.models import Bot, Lead
from tests.factories import NOW, make_bot, make_consent, make_lead, make_link, make_partner
from tests.funnels.broadcast_samples import make_reader

DAY = timedelta(days=1)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot(make_partner("anna"))


def names(bot: Bot, **filters: Any) -> set[str]:
    with tenancy.partner(bot.partner_id):
        found = eligible(partner_id=bot.partner_id, segment=Segment(**filters), now=NOW)
        return set(found.values_list("first_name", flat=True))


def counted(bot: Bot, **filters: Any) -> Audience:
    with tenancy.partner(bot.partner_id):
        return count(partner_id=bot.partner_id, segment=Segment(**filters), now=NOW)


def test_every_filter_alone(bot: Bot) -> None:
    link = make_link(bot.partner)
    make_reader(bot, first_name="клиент", intent="client", pain="weight", score=81, last_seen_at=NOW - 10 * DAY)
    make_reader(bot, first_name="бизнес", intent="business", phone="+79161234567", score=50, first_link=link)
    warmed = make_reader(bot, first_name="греется", pain="energy", status="warming", score=0, last_link=link)
    done = make_reader(bot, first_name="дочитал", pain="sport", status="hot", score=51, last_seen_at=NOW - DAY)
    with tenancy.partner(bot.partner_id):
        for lead, state, at in ((warmed, "frozen", None), (done, "finished", None)):
            Enrollment.objects.create(
                lead=lead, partner=bot.partner, sequence="weight", state=state, fire_at=at, entered_at=NOW
            )
    assert names(bot) == {"клиент", "бизнес", "греется", "дочитал"}
    assert names(bot, intents=("client",)) == {"клиент"}
    assert names(bot, intents=("client", "business")) == {"клиент", "бизнес"}
    assert names(bot, pains=("weight", "sport")) == {"клиент", "дочитал"}
    assert names(bot, bands=("very_hot",)) == {"клиент"}
    assert names(bot, bands=("cold", "hot")) == {"греется", "дочитал"}
    assert names(bot, statuses=("warming", "hot")) == {"греется", "дочитал"}
    assert names(bot, has_phone=True) == {"бизнес"}
    assert names(bot, link=link.pk) == {"бизнес", "греется"}
    assert names(bot, activity=Activity(kind="active", days=1)) == {"бизнес", "греется", "дочитал"}
    assert names(bot, activity=Activity(kind="inactive", days=7)) == {"клиент"}
    assert names(bot, warmed=Warmed(sequence="weight", stage="running")) == {"греется"}
    assert names(bot, warmed=Warmed(sequence="weight", stage="finished")) == {"дочитал"}
    assert names(bot, warmed=Warmed(sequence="energy", stage="running")) == set()
    assert names(bot, intents=("client",), has_phone=True) == set()


def test_bands_are_those_of_the_score() -> None:
    assert {score: band(score) for score in range(HIGHEST + 1)} == {
        score: name for name, (least, most) in BANDS.items() for score in range(least, most + 1)
    }


def test_who_may_not_be_written_to_is_counted_by_reason(bot: Bot) -> None:
    make_reader(bot)
    make_reader(bot, blocked_at=NOW)
    make_reader(bot, status=Lead.Status.UNSUBSCRIBED)
    make_reader(bot, wants_offers=False)
    make_reader(bot, wants_tips=False, wants_business=False)
    make_reader(bot, taken_at=NOW)
    make_reader(bot, snoozed_until=NOW + DAY)
    make_reader(bot, snoozed_until=NOW)
    make_reader(bot, erased_at=NOW, blocked_at=NOW)
    make_lead(bot.partner)
    make_consent(make_lead(bot.partner), withdrawn_at=NOW)
    make_consent(make_lead(bot.partner), kind="data")
    make_reader(make_bot())
    make_reader(bot, status=Lead.Status.NOT_INTERESTED)
    reasons = {
        "asked for silence": 1,
        "blocked": 1,
        "human took over": 1,
        "no consent": 3,
        "not_interested": 1,
        "topic is off": 1,
        "unsubscribed": 1,
    }
    assert counted(bot) == Audience(3, reasons)


def test_the_count_and_a_whole_menu_of_counts_are_one_query_each(bot: Bot) -> None:
    make_reader(bot, intent="client")
    make_reader(bot, intent="business", status=Lead.Status.UNSUBSCRIBED)
    segments = [Segment(), Segment(intents=("client",)), Segment(intents=("business",))]
    with (
        tenancy.partner(bot.partner_id),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        assert counts(partner_id=bot.partner_id, segments=segments, now=NOW) == [1, 1, 0]
        assert count(partner_id=bot.partner_id, segment=Segment(), now=NOW).eligible == 1
    assert len(queries) == 2


def test_a_segment_survives_its_json() -> None:
    whole = Segment(
        intents=("client",),
        pains=("weight", "kids"),
        bands=("hot",),
        statuses=("new",),
        has_phone=True,
        activity=Activity(kind="inactive", days=30),
        link=7,
        warmed=Warmed(sequence="weight", stage="running"),
    )
    assert Segment.read(whole.to_json()) == whole
    assert Segment().to_json() == {}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"who": "everybody"},
        {"pains": ["money"]},
        {"bands": ["lukewarm"]},
        {"statuses": ["unsubscribed"]},
        {"activity": {"kind": "active", "days": 0}},
        {"link": -1},
        {"warmed": {"sequence": "'; DROP TABLE", "stage": "running"}},
    ],
)
def test_what_is_no_segment_is_refused(data: Any) -> None:
    with pytest.raises(BadSegment):
        Segment.read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(list(Segment.model_fields)) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(JSON)
def test_whatever_is_stored_is_a_segment_or_refused(data: Any) -> None:
    try:
        segment = Segment.read(data)
    except BadSegment:
        return
    assert Segment.read(segment.to_json()) == segment
