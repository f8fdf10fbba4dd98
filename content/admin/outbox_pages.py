"""The overview of the queues, and the confirmation of what an operator decides about messages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content.models import OutboxMessage
from content.outbox import promises
from content.outbox.overview import overview, totals
from partners import clock

PER_PAGE = 50
SHOWN = 20  # of the messages that a decision is about


def overview_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("content.view_outboxmessage"):
        raise PermissionDenied
    now = clock.now()
    found = overview(now=now)
    context = {
        **admin.site.each_context(request),
        "title": _("Outbox"),
        "totals": totals(found),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("p")),
        "now": now,
    }
    return TemplateResponse(request, "admin/content/outbox_overview.html", context)


def decide(model_admin: Any, request: HttpRequest, chosen: QuerySet[OutboxMessage], action: str) -> HttpResponse | None:
    """First asks; with the confirmation does it, and says what had moved on meanwhile."""
    undecided = chosen.filter(state__in=promises.UNDECIDED)
    if "confirmed" in request.POST:
        _do(request, chosen, action)
        return None
    count = undecided.count()
    if not count:
        messages.warning(request, _("Only messages that failed or are perhaps sent can be decided about."))
        return None
    context = {
        **admin.site.each_context(request),
        "title": _("Send again?") if action == "send_again" else _("Do not send?"),
        "opts": model_admin.opts,
        "action": action,
        "field": ACTION_CHECKBOX_NAME,
        "count": count,
        # Thousands of ids do not fit into a form: all that the filters find are found again.
        "all_found": request.POST.get("select_across") == "1",
        "ids": list(undecided.order_by("pk").values_list("pk", flat=True)[: model_admin.list_per_page]),
        "shown": undecided.select_related("lead").order_by("pk")[:SHOWN],
        "others": max(0, count - SHOWN),
        "perhaps_sent": undecided.filter(state=OutboxMessage.State.UNKNOWN).count(),
    }
    return TemplateResponse(request, "admin/content/outbox_decide.html", context)


def _do(request: HttpRequest, chosen: QuerySet[OutboxMessage], action: str) -> None:
    count = request.POST.get("count", "")
    asked = int(count) if count.isdecimal() and len(count) < 10 else 0
    if action == "send_again":
        done = promises.send_again(messages=chosen, now=clock.now())
        said = ngettext("%(n)s message waits to be sent again.", "%(n)s messages wait to be sent again.", done)
    else:
        done = promises.drop(messages=chosen, now=clock.now())
        said = ngettext("%(n)s message will not be sent.", "%(n)s messages will not be sent.", done)
    if done:
        messages.success(request, said % {"n": done})
    if (left := asked - done) > 0:
        moved = ngettext(
            "%(n)s message had moved on meanwhile, or its text was erased; it was left as it is.",
            "%(n)s messages had moved on meanwhile, or their texts were erased; they were left as they are.",
            left,
        )
        messages.warning(request, moved % {"n": left})
