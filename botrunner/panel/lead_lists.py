"""/my_leads: all leads of the partner in lists to page through; a button opens the card. Helpers have them, too."""

from __future__ import annotations

from django.core.paginator import Page, Paginator

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content import russian
from content.messages import Button, Html, Message
from funnels.digest_view import Writer
from funnels.lead_lists import chosen
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.services.digest import waiting
from funnels.services.presets import digest_texts, stats_texts
from funnels.stats_texts import Filter, LeadsLine
from partners.models import Lead

PER_PAGE = 6
ROWS: tuple[tuple[Filter, ...], ...] = (
    ("all", "new", "hot"),
    ("open", "phone"),
    ("weight", "energy", "immunity"),
    ("beauty", "kids", "sport", "business"),
)


def command(visit: Visit, command: PanelCommand) -> Messages:
    filter = stats_texts().filter(command.argument or "all")
    if filter is None:
        names = ", ".join(words[0].lower() for words in stats_texts().filters.values())
        return (Message(_line(visit, "wrong", filters=names)),)
    return (_list(visit, filter, page=1, edits=False),)


def press(visit: Visit, press: PanelPress) -> Messages:
    return (_list(visit, stats_texts().filter(press.argument) or "all", page=max(press.id, 1), edits=True),)


def _list(visit: Visit, filter: Filter, *, page: int, edits: bool) -> Message:
    label = stats_texts().filters[filter][0].lower()
    pages = Paginator(chosen(partner_id=visit.partner_id, filter=filter, now=visit.now), PER_PAGE)
    if not pages.count:
        return Message(_line(visit, "nobody", filter=label), buttons=_filters(filter), edits=edits)
    shown = pages.get_page(page)
    title = _line(visit, "title", filter=label, count=russian.number(pages.count))
    order = _line(visit, "order", page=str(shown.number), pages=str(pages.num_pages))
    buttons = (*_cards(visit, shown), *_turns(visit, shown, filter), *_filters(filter))
    return Message(Html(f"{title}\n{order}"), buttons=buttons, edits=edits)


def _cards(visit: Visit, page: Page[Lead]) -> tuple[tuple[Button, ...], ...]:
    writer = Writer(digest_texts(), visit.script.partner.style)
    return tuple((writer.lead_button(lead),) for lead in waiting(page.object_list))


def _turns(visit: Visit, page: Page[Lead], filter: Filter) -> tuple[tuple[Button, ...], ...]:
    texts, style, turns = digest_texts(), visit.script.partner.style, []
    if page.has_previous():
        turns.append(Button(texts.button("newer", style, {}), panel_data("leads", page.number - 1, filter)))
    if page.has_next():
        turns.append(Button(texts.button("older", style, {}), panel_data("leads", page.number + 1, filter)))
    return (tuple(turns),) if turns else ()


def _filters(chosen: Filter) -> tuple[tuple[Button, ...], ...]:
    words = stats_texts().filters
    return tuple(
        tuple(
            Button(f"• {words[name][0]}" if name == chosen else words[name][0], panel_data("leads", 1, name))
            for name in row
        )
        for row in ROWS
    )


def _line(visit: Visit, key: LeadsLine, **variables: str) -> Html:
    texts = stats_texts()
    return texts.line(texts.leads[key], visit.script.partner.style, **variables)


PRESSES: Presses = {"leads": press}
COMMANDS: Commands = {"/my_leads": command}
