"""The home page: the fleet, refreshed as a fragment, and the commands to its bots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners import clock, queries
from partners.access import sees_all_partners
from partners.backup_health import backup_health
from partners.models import Bot, Lead
from partners.services import bots

PER_PAGE = 50
RECENT_LEADS = 10

COMMANDS: dict[str, Callable[..., Any]] = {
    "start": bots.want_running,
    "stop": bots.want_stopped,
    "restart": bots.restart,
    "self-test": bots.ask_self_test,
    "topics": bots.ask_topics,
}


def context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    fleet = queries.fleet(now)
    search = request.GET.get("q", "").strip()[:64]
    rows = [row for row in fleet.rows if _matches(row.bot, search.casefold())]
    values: dict[str, Any] = {
        "fleet": fleet,
        "search": search,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
        "may_command": request.user.has_perm("partners.change_bot"),
    }
    if request.user.has_perm("partners.view_backup"):
        values["backups"] = backup_health(now)
    if not sees_all_partners(request.user):
        leads = Lead.objects.select_related("partner").order_by("-last_seen_at", "-pk")
        values["recent_leads"] = leads[:RECENT_LEADS]
    return values


def _matches(bot: Bot, search: str) -> bool:
    return search in f"{bot.partner.name}\n{bot.partner.slug}\n{bot.username}".casefold()


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
