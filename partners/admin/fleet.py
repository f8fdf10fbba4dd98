"""The home page: the fleet, refreshed as a fragment, and the commands to its bots."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from partners import board, clock, queries
from partners.access import sees_all_partners
from partners.admin import incidents
from partners.backup_health import backup_health
from partners.board import Fleet, Glance, Line
from partners.models import Bot, Lead
from partners.services import bots

PER_PAGE = 20
PER_ROW = 10  # fewer bots need no map
RECENT_LEADS = 10
MARKS = {"good": "·", "off": "–", "wait": "…", "bad": "!"}  # for those who cannot tell the colours apart

STATES: dict[str, tuple[Any, Callable[[Glance], bool]]] = {
    "": (gettext_lazy("All bots"), lambda row: True),
    "attention": (gettext_lazy("Need attention"), lambda row: row.health.needs_attention),
    "running": (gettext_lazy("Running"), lambda row: row.status.tone == "good"),
    "waiting": (gettext_lazy("Being started or stopped"), lambda row: row.status.tone == "wait"),
    "stopped": (gettext_lazy("Stopped"), lambda row: row.status.tone == "off"),
}

COMMANDS: dict[str, Callable[..., Any]] = {
    "start": bots.want_running,
    "stop": bots.want_stopped,
    "restart": bots.restart,
    "self-test": bots.ask_self_test,
    "topics": bots.ask_topics,
}


def context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    fleet = board.fleet(now)
    search, chosen = request.GET.get("q", "").strip()[:64], request.GET.get("state", "")
    shown = STATES.get(chosen, STATES[""])[1]
    found = [row for row in fleet.rows if shown(row) and _matches(row.bot, search.casefold())]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    rows = queries.whole(page)
    values: dict[str, Any] = {
        "fleet": fleet,
        "map": _map(fleet) if len(fleet.rows) > PER_ROW else "",
        "search": search,
        "state": chosen,
        "states": [(key, word) for key, (word, _rule) in STATES.items()],
        "page": page,
        "rows": rows,
        "numbers": queries.numbers(rows, now),
        "may_see_partners": request.user.has_perm("partners.view_partner"),
        "may_command": request.user.has_perm("partners.change_bot"),
    }
    if request.user.has_perm("partners.view_backup"):
        values["backups"] = backup_health(now)
    values |= incidents.at_home(request)
    if not sees_all_partners(request.user):
        leads = Lead.objects.select_related("partner").order_by("-last_seen_at", "-pk")
        values["recent_leads"] = leads[:RECENT_LEADS]
    return values


def _map(fleet: Fleet) -> SafeString:
    """Every bot as a square. Written here: a template takes ten times as long for a thousand."""
    squares = []
    for row in fleet.rows:
        title = escape(f"{row.bot.name}: {row.health.word}")
        squares.append(
            f'<a class="tone-{row.tone}" href="?q={escape(row.bot.slug)}" title="{title}">{MARKS[row.tone]}</a>'
        )
    return mark_safe("".join(squares))


def _matches(bot: Line, search: str) -> bool:
    return search in f"{bot.name}\n{bot.slug}\n{bot.username}".casefold()


def fragment(request: HttpRequest) -> HttpResponse:
    return render(request, "admin/partners/fleet.html", context(request))


@require_POST
def command(request: HttpRequest, bot_id: int, command: str) -> HttpResponse:
    if not request.user.has_perm("partners.change_bot"):
        raise PermissionDenied
    if command not in COMMANDS:
        raise Http404
    bot = get_object_or_404(Bot.objects.select_related("partner"), pk=bot_id)
    COMMANDS[command](bot=bot, now=clock.now())
    if request.headers.get("X-Requested-With") == "fetch":
        return fragment(request)
    messages.success(request, _("%(partner)s: the bot has got the command.") % {"partner": bot.partner})
    return redirect("admin:index")
