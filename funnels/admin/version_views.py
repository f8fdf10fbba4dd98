"""The pages around a version: its checks, publication, the difference to what is in force, the drawn tree."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from funnels import graph
from funnels.admin import simulator
from funnels.admin.version_form import LONGEST
from funnels.models import FunnelVersion
from funnels.queries import published_before
from funnels.services import versions
from funnels.services.preview import previews
from funnels.services.sequence_preview import sequence_days
from funnels.timeline import funnel_of
from partners import clock
from partners.admin.base import PanelAdmin

Kind = FunnelVersion.Kind
CHANGE = "admin:funnels_funnelversion_change"
CONTEXT_LINES = 4
View = Callable[[HttpRequest, FunnelVersion], HttpResponse]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`kind`: «added», «removed», «same» or «gap»."""

    kind: str
    old: int | None
    new: int | None
    text: str


class VersionPages(PanelAdmin):
    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, View] = {
            "publish": require_POST(self.publish),
            "copy": require_POST(self.copy),
            "diff": self.diff,
            "diagram": self.diagram,
        }
        own = [
            path(f"<int:pk>/{name}/", self._page(view), name=f"funnels_funnelversion_{name}")
            for name, view in pages.items()
        ]
        check = path(
            "check/",
            self.admin_site.admin_view(require_POST(self.check_typed)),
            name="funnels_funnelversion_check",
        )
        play = path("<int:pk>/play/", self.admin_site.admin_view(simulator.page), name="funnels_funnelversion_play")
        return [check, play, *own, *super().get_urls()]

    def _page(self, view: View) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            version = FunnelVersion.objects.select_related("partner").filter(pk=pk).first()
            if version is None:
                raise Http404
            return view(request, version)

        wrapped: Callable[..., HttpResponse] = self.admin_site.admin_view(page)
        return wrapped

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        text = form.data.get("text", "") if form.is_bound else form.instance.text
        kind = form.data.get("kind") or form.initial.get("kind") or form.instance.kind
        key = form.data.get("key") or form.instance.key
        context["problems"] = problems_in(text, kind, key, form.instance.partner_id) if text else []
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def check_typed(self, request: HttpRequest) -> HttpResponse:
        """The problems of a text that is being typed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        text, partner = request.POST.get("text", "")[:LONGEST], request.POST.get("partner", "")
        partner_id = int(partner) if partner.isdecimal() and len(partner) < 18 else None
        kind, key = request.POST.get("kind", Kind.FUNNEL), request.POST.get("key", versions.MAIN)
        problems = problems_in(text, kind, key, partner_id)
        return render(request, "admin/content/problems.html", {"problems": problems})

    def publish(self, request: HttpRequest, version: FunnelVersion) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            versions.publish(version=version, now=clock.now())
        except versions.VersionError as refused:
            messages.error(request, str(refused))
        else:
            self.log_change(request, version, _("Published."))
            messages.success(request, _published(version))
            for problem in versions.problems_of(version):
                messages.warning(request, problem.sentence)
        return redirect(CHANGE, version.pk)

    def copy(self, request: HttpRequest, version: FunnelVersion) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        draft = versions.save_draft(
            kind=version.kind,
            key=version.key,
            text=version.text,
            partner=version.partner,
            author=author_of(request),
            now=clock.now(),
            note=_("from %s") % version,
        )
        messages.success(request, _("This is a new draft. Leads still get the published text."))
        return redirect(CHANGE, draft.pk)

    def diff(self, request: HttpRequest, version: FunnelVersion) -> HttpResponse:
        before = published_before(version)
        lines = list(diff_lines(before.text, version.text)) if before else []
        title = _("%(version)s: what changed") % {"version": version}
        return self._render(request, version, "diff", title, {"before": before, "lines": lines})

    def diagram(self, request: HttpRequest, version: FunnelVersion) -> HttpResponse:
        """The tree of a funnel, the days of a sequence."""
        if version.kind == Kind.SEQUENCE:
            title = _("%(version)s: day by day") % {"version": version}
            return self._render(request, version, "sequence_days", title, {"days": sequence_days(version)})
        funnel = funnel_of(version.text)
        title = _("%(version)s: the tree") % {"version": version}
        if funnel is None:
            return self._render(request, version, "diagram", title, {"funnel": None})
        drawing = {
            "funnel": funnel,
            "diagram": graph.layout(funnel),
            "node_width": graph.NODE_WIDTH,
            "node_height": graph.NODE_HEIGHT,
            "previews": previews(version, funnel),
        }
        return self._render(request, version, "diagram", title, drawing)

    def _render(
        self, request: HttpRequest, version: FunnelVersion, page: str, title: str, values: dict[str, Any]
    ) -> HttpResponse:
        site = self.admin_site.each_context(request)
        context = {
            **site,
            "title": title,
            "opts": self.opts,
            "original": version,
            "version": version,
            **values,
        }
        return TemplateResponse(request, f"admin/funnels/{page}.html", context)


def author_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def problems_in(text: str, kind: str, key: str, partner_id: int | None) -> list[Any]:
    return versions.problems_of(FunnelVersion(kind=kind, key=key, number=0, text=text, partner_id=partner_id))


def _published(version: FunnelVersion) -> str:
    if version.kind == Kind.SEQUENCE:
        return _("Published. Whoever has not got a message yet gets its new text, wherever they stand.")
    return _("Published. Leads who enter from now on get this text.")


def diff_lines(before: str, after: str) -> Iterator[DiffLine]:
    """Changed lines with a few around them, numbered as in both texts."""
    old, new = before.splitlines(), after.splitlines()
    groups = difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT_LINES)
    for number, group in enumerate(groups):
        if number:
            yield DiffLine("gap", None, None, "")
        for kind, old_start, old_end, new_start, new_end in group:
            if kind == "equal":
                for shift in range(old_end - old_start):
                    yield DiffLine("same", old_start + shift + 1, new_start + shift + 1, old[old_start + shift])
                continue
            for line in range(old_start, old_end):
                yield DiffLine("removed", line + 1, None, old[line])
            for line in range(new_start, new_end):
                yield DiffLine("added", None, line + 1, new[line])
