from __future__ import annotations

from datetime import date

from analytics.periods import Period
from analytics.queries.tallies import Whose, by_week
from analytics.reports import cohorts as reports
from analytics.reports.cohorts import Cohorts
from funnels.milestones import Did


def cohorts(whose: Whose, period: Period, deed: Did, *, today: date) -> Cohorts:
    return reports.cohorts(deed, period, by_week(whose, period, "cohort", (Did.CAME, deed)), today=today)
