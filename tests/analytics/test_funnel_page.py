"""The pages about screens, scores and weeks: which numbers they show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from analytics.periods import Period
from analytics.reports.cohorts import cohorts
from analytics.reports.quality import quality
from analytics.tables.overview import days
from funnels.milestones import Did
from funnels.models import FunnelVersion
from partners import clock
from partners.models import Partner
from tests.analytics.stories import counted, make_version, make_visitor, make_walker
from tests.analytics.test_pages import rows_of
from tests.factories import make_partner
from tests.personas import client_of, operator, owner

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
FUNNEL = "/analytics/funnel/"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def walked() -> tuple[Partner, FunnelVersion, FunnelVersion]:
    """Three people in version 2: two go on, one of them to the end. One in version 1."""
    partner, old, new = make_partner("anna"), make_version(1), make_version(2)
    counted(
        make_walker(partner, YESTERDAY, new.pk, "start", "health", "shake"),
        make_walker(partner, YESTERDAY, new.pk, "start", "health"),
        make_walker(partner, YESTERDAY, new.pk, "start"),
        make_walker(partner, YESTERDAY, old.pk, "start"),
    )
    return partner, old, new


@pytest.mark.django_db
def test_versions_are_never_mixed(walked: tuple[Partner, FunnelVersion, FunnelVersion]) -> None:
    partner, old, new = walked
    client = client_of(owner(partner), "en")
    response = client.get(FUNNEL)
    assert response.context["chosen"].pk == new.pk
    assert rows_of(response, "screens") == [
        ["Начало", "3", "100.0\xa0%", "2", "1", "33.3\xa0%", "1 min", "health"],
        ["health", "2", "66.7\xa0%", "1", "1", "50.0\xa0%", "1 min", "shake"],
        ["shake", "1", "33.3\xa0%", "0", "1", "100.0\xa0%", "—", ""],
    ]
    assert rows_of(response, "ways") == [
        ["Начало", "health", "2", "66.7\xa0%"],
        ["health", "shake", "1", "50.0\xa0%"],
    ]
    assert [row[3] for row in rows_of(response, "versions")] == ["3", "1"]
    other = client.get(f"{FUNNEL}?version={old.pk}")
    assert rows_of(other, "screens") == [["Начало", "1", "100.0\xa0%", "0", "1", "100.0\xa0%", "—", ""]]


@pytest.mark.django_db
def test_a_version_stays_chosen_when_the_days_change(walked: tuple[Partner, FunnelVersion, FunnelVersion]) -> None:
    partner, old, _new = walked
    html = client_of(owner(partner)).get(f"{FUNNEL}?version={old.pk}").content.decode()
    assert f"?period=week&amp;version={old.pk}" in html
    assert f'name="version" value="{old.pk}"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["999999", "x", "-1", "9" * 40])
def test_an_unknown_version_is_said(walked: tuple[Partner, FunnelVersion, FunnelVersion], version: str) -> None:
    response = client_of(operator()).get(f"{FUNNEL}?version={version}")
    assert response.context["chosen"].pk == walked[2].pk
    assert response.context["problems"][0] in response.content.decode()


@pytest.mark.django_db
def test_another_partners_version_is_not_there(walked: tuple[Partner, FunnelVersion, FunnelVersion]) -> None:
    foreign = make_version(1, key="own", partner=make_partner())
    response = client_of(owner(walked[0])).get(f"{FUNNEL}?version={foreign.pk}")
    assert response.context["chosen"].pk == walked[2].pk
    assert client_of(operator()).get(f"{FUNNEL}?version={foreign.pk}").context["chosen"].pk == foreign.pk


@pytest.mark.django_db
def test_a_draft_of_nonsense_is_no_version(walked: tuple[Partner, FunnelVersion, FunnelVersion]) -> None:
    draft = make_version(3, status="draft", text="nonsense")
    assert client_of(operator()).get(f"{FUNNEL}?version={draft.pk}").context["problems"]


@pytest.mark.django_db
def test_where_nobody_came_it_says_what_to_do() -> None:
    partner = make_partner()
    for page in ("/analytics/", FUNNEL, "/analytics/leads/"):
        assert "stats-empty" in client_of(owner(partner)).get(page).content.decode()


@pytest.mark.django_db
def test_leads_are_counted_by_status_and_by_band() -> None:
    partner = make_partner()
    counted(make_visitor(partner, YESTERDAY, "contact", "ordered", status="ordered"), make_visitor(partner, YESTERDAY))
    make_visitor(make_partner(), YESTERDAY, status="ordered")
    response = client_of(owner(partner)).get("/analytics/leads/?deed=ordered")
    assert [row[1] for row in rows_of(response, "statuses")] == ["1", "0", "0", "0", "1", "0", "0", "0"]
    assert sum(int(row[1]) for row in rows_of(response, "bands")) == 2
    assert sum(int(row[2]) for row in rows_of(response, "bands")) == 1
    [[week, came, ordered, share, at_once]] = [row[:5] for row in rows_of(response, "cohorts")]
    assert (week, came, ordered, share, at_once) == ("09.03.2026", "2", "1", "50,0\xa0%", "50,0\xa0%")


# Pure


MONDAY = date(2026, 3, 2)


def test_a_week_that_has_not_begun_is_not_zero() -> None:
    people: dict[tuple[date, str, str], int] = {
        (MONDAY, "came", "0"): 4,
        (MONDAY, "contact", "0"): 1,
        (MONDAY, "contact", "1"): 2,
        (MONDAY + timedelta(days=7), "came", "0"): 5,
    }
    period = Period(MONDAY + timedelta(days=1), MONDAY + timedelta(days=8))
    report = cohorts(Did.CONTACT, period, people, today=MONDAY + timedelta(days=9))
    first, second = report.rows
    assert (first.came, first.all, first.did) == (4, 3, (1, 2))
    assert (second.came, second.all, second.did) == (5, 0, (0, None))
    assert str(first.days) == "2026-03-03..2026-03-08"
    assert str(second.days) == "2026-03-09..2026-03-10"


def test_weeks_beyond_the_last_column_are_in_the_sum() -> None:
    people: dict[tuple[date, str, str], int] = {(MONDAY, "came", "0"): 4, (MONDAY, "contact", "30"): 1}
    report = cohorts(Did.CONTACT, Period(MONDAY, MONDAY), people, today=MONDAY + timedelta(days=300))
    assert report.rows[0].all == 1
    assert report.rows[0].did == (0,) * 12


def test_days_to_come_have_no_cohorts() -> None:
    assert cohorts(Did.CONTACT, Period(MONDAY, MONDAY), {}, today=MONDAY - timedelta(days=9)).rows == ()


@pytest.mark.parametrize(
    ("warm", "hot", "verdict"),
    [((1_000, 10), (500, 60), "better"), ((1_000, 100), (500, 5), "worse"), ((10, 0), (10, 1), "wait")],
)
def test_whether_the_score_can_be_trusted(warm: tuple[int, int], hot: tuple[int, int], verdict: str) -> None:
    people: dict[Any, int] = {}
    for band, (all_, ordered) in (("warm", warm), ("hot", hot)):
        people |= {(band, "came"): all_, (band, "ordered"): ordered}
    report = quality(people)
    assert report.heat.verdict == verdict
    assert [band.people for band in report.bands] == [0, warm[0], hot[0], 0]


def test_a_long_period_is_shown_by_weeks_and_the_last_one_is_whole() -> None:
    period = Period(date(2026, 1, 1), date(2026, 4, 10))  # a hundred days
    table = days(period, {(date(2026, 1, 2), Did.CAME): 2, (date(2026, 4, 10), Did.CAME): 3})
    assert len(table.rows) == 15
    assert [cell.value for cell in table.column("day")][:2] == [date(2026, 1, 1), date(2026, 1, 3)]
    came = table.column(Did.CAME)
    assert [came[0].value, came[-1].value] == [2, 3]
    assert came[-1].behind is not None
    assert came[-1].behind.days == "2026-04-04..2026-04-10"
    assert sum(cell.value for cell in came if isinstance(cell.value, int)) == 5
