"""/hot_leads: who waits for the partner, a page at a time."""

from __future__ import annotations

from django.core.paginator import Paginator

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.messages import Button, Html, Message
from funnels.digest_texts import ButtonName
from funnels.digest_view import Writer
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.queries import hot_leads
from funnels.services.digest import waiting
from funnels.services.presets import digest_texts

PER_PAGE = 5


def command(visit: Visit, command: PanelCommand) -> Messages:
    return (hot_list(visit, page=1, edits=False),)


def turn_page(visit: Visit, press: PanelPress) -> Messages:
    """Page 0 is the first page as a message of its own: its button stands under the digest."""
    return (hot_list(visit, page=max(press.id, 1), edits=press.id > 0),)


def hot_list(visit: Visit, *, page: int, edits: bool) -> Message:
    writer = Writer(digest_texts(), visit.script.partner.style)
    pages = Paginator(hot_leads(partner_id=visit.partner_id), PER_PAGE)
    if not pages.count:
        return Message(writer.line(writer.texts.hot["calm"]), edits=edits)
    shown = pages.get_page(page)
    text = writer.line(writer.texts.hot["title"], count=str(pages.count))
    order = writer.line(writer.texts.hot["order"], page=str(shown.number), pages=str(pages.num_pages))
    rows = [(writer.lead_button(lead),) for lead in waiting(shown.object_list)]
    turns = []
    if shown.has_previous():
        turns.append(_turn(writer, "newer", shown.number - 1))
    if shown.has_next():
        turns.append(_turn(writer, "older", shown.number + 1))
    buttons = (*rows, tuple(turns)) if turns else tuple(rows)
    return Message(Html(f"{text}\n{order}"), buttons=buttons, edits=edits)


def _turn(writer: Writer, name: ButtonName, page: int) -> Button:
    return Button(writer.texts.button(name, writer.style, {}), panel_data("hot", page))


PRESSES: Presses = {"hot": turn_page}
COMMANDS: Commands = {"/hot_leads": command}
