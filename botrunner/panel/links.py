"""/my_link: the partner's deep links with their QR codes, and how many people each has brought."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from django.core.paginator import Page, Paginator

from analytics.queries.sources import arrivals, deeds_through
from analytics.tallying import LINKED
from botrunner.panel.visit import Commands, Messages, Presses, Typing, Visit
from botrunner.panel.words import button, line, people, shortened, told
from content import russian
from content.messages import Button, Html, Image, Message, escape
from content.pictures.qr import qr_png
from funnels.milestones import Did
from funnels.panel_texts import Rows
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.services import panel_asks
from funnels.services.presets import stats_texts
from partners.addresses import telegram_address
from partners.models import Bot, Link
from partners.services.links import LONGEST_LABEL, MOST, TooMany, link_for

PER_PAGE = 6
ASKS = "link_label"


def command(visit: Visit, command: PanelCommand) -> Messages:
    return _made(visit, command.argument) if command.argument else (_list(visit, 1, edits=False),)


def turn_page(visit: Visit, press: PanelPress) -> Messages:
    return (_list(visit, max(press.id, 1), edits=True),)


def show(visit: Visit, press: PanelPress) -> Messages:
    link = Link.objects.filter(partner_id=visit.partner_id, pk=press.id).first()
    return (_card(visit, link, edits=True) if link else told(visit, "link_gone", edits=True),)


def ask_label(visit: Visit, _press: PanelPress) -> Messages:
    panel_asks.ask(partner_id=visit.partner_id, telegram_id=visit.telegram_id, what=ASKS, now=visit.now)
    return (told(visit, "ask_label", buttons=((button(visit, "all_links", "links"),),), edits=True),)


def typed(visit: Visit, _argument: str, text: str) -> Messages:
    return _made(visit, text)


def _made(visit: Visit, text: str) -> Messages:
    label = text.strip()
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        panel_asks.ask(partner_id=visit.partner_id, telegram_id=visit.telegram_id, what=ASKS, now=visit.now)
        return (told(visit, "wrong_label", {"most": str(LONGEST_LABEL)}),)
    panel_asks.forget(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    try:
        link = link_for(partner_id=visit.partner_id, label=label, now=visit.now)
    except TooMany:
        return (told(visit, "too_many_links", {"most": str(MOST)}),)
    return (_card(visit, link, edits=False),)


def _list(visit: Visit, number: int, *, edits: bool) -> Message:
    pages = Paginator(Link.objects.filter(partner_id=visit.partner_id), PER_PAGE)
    page = pages.get_page(number)
    new = (button(visit, "new_link", "link_new"),)
    if not pages.count:
        return told(visit, "links_none", buttons=(new,), edits=edits)
    shown = list(page.object_list)
    came = arrivals(visit.partner_id)
    lines = [line(visit, "links_line", {"label": link.title, "people": people(came[link.pk])}) for link in shown]
    where = line(visit, "links_page", {"page": str(page.number), "pages": str(pages.num_pages)})
    values = {"links": Html("\n".join(lines)), "page": Html(f"\n\n{where}") if pages.num_pages > 1 else ""}
    rows = [(Button(shortened(link.title, 40), panel_data("link", link.pk)),) for link in shown]
    return told(visit, "links", values, buttons=(*rows, *_turns(visit, page), new), edits=edits)


def _turns(visit: Visit, page: Page[Link]) -> Rows:
    turns = []
    if page.has_previous():
        turns.append(button(visit, "newer", "links", page.number - 1))
    if page.has_next():
        turns.append(button(visit, "older", "links", page.number + 1))
    return (tuple(turns),) if turns else ()


def _card(visit: Visit, link: Link, *, edits: bool) -> Message:
    name = Bot.objects.filter(partner_id=visit.partner_id).values_list("username", flat=True).first()
    if not name:
        return told(visit, "no_address", edits=edits)
    address = telegram_address(name, link.code)
    deeds = deeds_through(visit.partner_id, link.pk)
    came = people(deeds[Did.CAME])
    share = Button(button(visit, "share", "link").text, url=f"https://t.me/share/url?url={quote(address, safe='')}")
    return told(
        visit,
        "link",
        {"label": link.title, "address": address, "people": came, "deeds": _deeds(deeds)},
        buttons=((share,), (button(visit, "all_links", "links"),)),
        edits=edits,
        image=Image(f"{link.code}.png", qr_png(address, title=f"@{name}", note=link.title)),
    )


def _deeds(deeds: Counter[Did]) -> Html:
    """A line for each, in the words of /my_stats; nothing while nobody came."""
    labels = stats_texts().deeds
    lines = [f"{escape(labels[deed])}: <b>{russian.number(deeds[deed])}</b>" for deed in LINKED[1:]]
    return Html("\n\n" + "\n".join(lines)) if deeds[Did.CAME] else Html("")


COMMANDS: Commands = {"/my_link": command}
PRESSES: Presses = {"links": turn_page, "link": show, "link_new": ask_label}
TYPED: Typing = {ASKS: typed}
