"""The pages around a broadcast: a look while it is written, its confirmation, its progress, the commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from funnels.admin.broadcast_form import whom
from funnels.admin.broadcast_look import Look, look_at
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services import broadcasts
from funnels.services.audience import count
from funnels.services.broadcast_confirm import confirm
from funnels.services.broadcast_drafts import NotPossible, problems_of
from funnels.services.broadcast_end import tell_author, wind_up
from funnels.services.broadcast_progress import progress
from partners import clock
from partners.admin.base import PartnersRowAdmin

CHANGE, CONFIRM = "admin:funnels_broadcast_change", "admin:funnels_broadcast_confirm"
State = Broadcast.State
View = Callable[[HttpRequest, Broadcast], HttpResponse]
COMMANDS: dict[str, Callable[..., bool]] = {
    "pause": broadcasts.pause,
    "resume": broadcasts.resume,
    "cancel": broadcasts.cancel,
}


class BroadcastPages(PartnersRowAdmin):
    def get_urls(self) -> list[URLPattern]:
        views: dict[str, View] = {"confirm": self.confirm, "state": self.state}
        views |= {name: require_POST(self._command(name)) for name in COMMANDS}
        own = [
            path(f"<int:pk>/{name}/", self._page(view), name=f"funnels_broadcast_{name}")
            for name, view in views.items()
        ]
        look = path("look/", self.admin_site.admin_view(require_POST(self.look)), name="funnels_broadcast_look")
        return [look, *own, *super().get_urls()]

    def _page(self, view: View) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_change_permission(request):
                raise PermissionDenied
            broadcast = Broadcast.objects.select_related("partner").filter(pk=pk).first()
            if broadcast is None:
                raise Http404
            return view(request, broadcast)

        wrapped: Callable[..., HttpResponse] = self.admin_site.admin_view(page)
        return wrapped

    def look(self, request: HttpRequest) -> HttpResponse:
        """How many get it, what is wrong with it and how it looks, while it is being written; nothing is kept."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        number = request.POST.get("broadcast", "")
        known = Broadcast.objects.select_related("partner").filter(pk=number).first() if number.isdecimal() else None
        form = self.get_form(request, known, change=known is not None)(request.POST, instance=known or Broadcast())
        form.is_valid()
        if request.POST.get("picture_chosen") and not form.instance.picture:
            form.instance.picture = "chosen"
        return render(request, "admin/funnels/broadcast_look.html", {"look": look_at(form, clock.now())})

    def confirm(self, request: HttpRequest, broadcast: Broadcast) -> HttpResponse:
        if broadcast.state != State.DRAFT:
            messages.info(request, _("This broadcast is confirmed already."))
            return redirect(CHANGE, broadcast.pk)
        if request.method == "POST":
            return self._confirmed(request, broadcast)
        if problems := problems_of(broadcast):
            messages.error(request, problems[0].sentence)
            return redirect(CHANGE, broadcast.pk)
        segment = Segment.read(broadcast.segment)
        audience = count(partner_id=broadcast.partner_id, segment=segment, now=clock.now())
        return self._render(
            request, broadcast, "confirm", {"look": Look.of(broadcast, audience), "whom": whom(broadcast)}
        )

    def _confirmed(self, request: HttpRequest, broadcast: Broadcast) -> HttpResponse:
        try:
            promised = confirm(broadcast=broadcast, now=clock.now())
        except NotPossible as refused:
            messages.error(request, str(refused))
        else:
            self.log_change(request, broadcast, _("Confirmed."))
            messages.success(request, _("Confirmed: %(count)s people will get it.") % {"count": promised})
        return redirect(CHANGE, broadcast.pk)

    def _command(self, name: str) -> View:
        def command(request: HttpRequest, broadcast: Broadcast) -> HttpResponse:
            if COMMANDS[name](broadcast=broadcast, now=clock.now()):
                self.log_change(request, broadcast, name)
                tell_author(broadcast=broadcast, now=clock.now())
            else:
                messages.warning(request, _("Somebody was quicker: look at the state of the broadcast now."))
            if request.headers.get("X-Requested-With") == "fetch":
                return self.state(request, broadcast)
            return redirect(CHANGE, broadcast.pk)

        return command

    def state(self, request: HttpRequest, broadcast: Broadcast) -> HttpResponse:
        """The part of the progress page that refreshes itself."""
        return render(request, "admin/funnels/broadcast_state.html", state_context(broadcast))

    def progress_page(self, request: HttpRequest, broadcast: Broadcast) -> HttpResponse:
        context = state_context(broadcast) | {"look": Look.of(broadcast, None)}
        return self._render(request, broadcast, "progress", context)

    def _render(
        self, request: HttpRequest, broadcast: Broadcast, page: str, context: dict[str, Any]
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "title": str(broadcast),
            "opts": self.opts,
            "original": broadcast,
            "broadcast": broadcast,
        }
        return TemplateResponse(request, f"admin/funnels/broadcast_{page}.html", shared | context)


def state_context(broadcast: Broadcast) -> dict[str, Any]:
    now = clock.now()
    wind_up(broadcast_id=broadcast.pk, now=now)
    broadcast.refresh_from_db(fields=["state", "pause_reason", "ended_at"])
    seen = progress(broadcast=broadcast, now=now)
    return {
        "broadcast": broadcast,
        "progress": seen,
        "is_going_on": broadcast.state in broadcasts.GOING_ON,
    }
