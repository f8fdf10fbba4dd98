from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.queries import sources as queries
from analytics.reports.charts import chart
from analytics.reports.names import DEEDS
from analytics.reports.sources import PARTS
from analytics.tables import sources as shown
from analytics.views.asked import Asked
from analytics.views.pages import Page
from funnels.milestones import Did

DRAWN = 12


def page(asked: Asked) -> Page:
    part = next((part for part in PARTS if part == asked.get.get("by")), PARTS[0])
    aim = next((aim for aim in shown.AIMS if aim == asked.get.get("deed")), Did.CONTACT)
    report = queries.sources(asked.whose, asked.period, part, by_last=(Did.CAME, aim))
    table = shown.sources(report, part, aim, with_partner=asked.partner is None)
    drawn, title = (Did.CAME, "last_came"), _("First and last touch: people")
    context = {
        "report": report,
        "total": report.total[Did.CAME],
        "by": part,
        "parts": [(key, shown.TITLES[key]) for key in PARTS],
        "deed": aim,
        "deeds": [(deed, DEEDS[deed]) for deed in shown.AIMS],
        "chart": chart(table.first(DRAWN), "lying", "source", drawn, title),
    }
    return Page("sources", _("Sources"), (table,), context)
