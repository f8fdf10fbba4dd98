from __future__ import annotations

from collections import Counter
from datetime import date

from django.utils.translation import gettext_lazy as _

from analytics.queries import overview as queries
from analytics.queries.tallies import by_day, by_partner, tallies
from analytics.reports.charts import chart
from analytics.reports.overview import Overview
from analytics.reports.rates import Figure
from analytics.reports.table import Cell, Table, Value
from analytics.tables import overview as shown
from analytics.views.asked import Asked
from analytics.views.pages import Page
from funnels.milestones import Did
from partners.addresses import telegram_address
from partners.models import Bot, Link, Partner

CARDS = (Did.CAME, Did.PRODUCT, Did.SHOP, Did.CONTACT, Did.HOT, Did.ORDERED, Did.JOINED, Did.UNSUBSCRIBED)


def page(asked: Asked) -> Page:
    report = queries.overview(asked.whose, asked.period)
    figures, path = shown.figures(report), shown.path(report)
    days = shown.days(asked.period, _by_day(asked))
    top = _top_links(asked) if asked.partner else _top_partners(asked)
    context = {
        "report": report,
        "cards": _cards(report, figures),
        "chart": chart(days, "line", "day", (Did.CAME, Did.SHOP, Did.CONTACT, Did.ORDERED)),
        "address": _address(asked),
    }
    return Page("overview", _("Overview"), (figures, path, days, top), context)


def _cards(report: Overview, figures: Table) -> list[tuple[Value, Cell, Figure]]:
    rows = dict(zip(report.deeds, figures.rows, strict=True))
    return [(rows[deed][0].value, rows[deed][1], report.deeds[deed]) for deed in CARDS]


def _by_day(asked: Asked) -> Counter[tuple[date, str]]:
    people = by_day(asked.whose, asked.period, "deed")
    return Counter({(day, deed): total for (day, deed, _none), total in people.items()})


def _top_links(asked: Asked) -> Table:
    people = tallies(asked.whose, asked.period, "first_link")
    codes = [int(link) for link, _deed in people if link.isdecimal()]
    names = {str(link.pk): link.title for link in Link.objects.filter(pk__in=set(codes))}
    return shown.top_links(people, names)


def _top_partners(asked: Asked) -> Table:
    partners = {pk: (slug, name) for pk, slug, name in Partner.objects.values_list("pk", "slug", "name")}
    return shown.top_partners(by_partner(asked.period, "arrived", shown.TOP), partners)


def _address(asked: Asked) -> str:
    """Of the partner's bot, to be shared while nobody has come."""
    bot = Bot.objects.filter(partner=asked.partner).exclude(username="").first() if asked.partner else None
    return telegram_address(bot.username) if bot else ""
