"""Posts: what waits for a decision first, then what was touched last."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from content.admin.calendar import CalendarPages
from content.admin.post_forms import OrderForm
from content.admin.post_page import CHANGE, PostPage
from content.models import Idea, Post
from content.posts.kinds import shipped
from content.posts.links import title_of
from content.posts.picking import Lacking
from content.queries.post_numbers import counted
from content.services.posts.drafts import order
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.admin.base import PartnersRowAdmin
from partners.admin.people import name_of
from partners.templatetags.panel import local

State = Post.State
COLOURS = {
    State.DRAFT: None,
    State.PENDING: "warning",
    State.APPROVED: "info",
    State.SCHEDULED: "info",
    State.PUBLISHING: "info",
    State.PUBLISHED: "success",
    State.REJECTED: None,
    State.FAILED: "danger",
    State.UNKNOWN: "danger",
}
ASKING = (State.PENDING, State.UNKNOWN, State.FAILED)


@admin.register(Post)
class PostAdmin(CalendarPages, PostPage, PartnersRowAdmin):
    list_display = ("words", "shown_state", "partner", "kind", "topic", "when", "found", "liked")
    list_select_related = ("partner", "picture")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("due_at", RangeDateTimeFilter),
    )
    search_fields = ("text",)
    actions = None
    list_before_template = "admin/content/post_bar.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("calendar/", view(self.calendar), name="content_post_calendar"),
            path("<int:pk>/move/", view(require_POST(self.move)), name="content_post_move"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        turns = Case(When(state__in=ASKING, then=Value(0)), When(state=State.DRAFT, then=Value(1)), default=Value(2))
        rows: QuerySet[Post] = super().get_queryset(request)
        return rows.select_related("partner", "picture", "idea").annotate(turn=turns)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("turn").asc(), "-changed_at", "-pk"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        numbers = counted(row.pk for row in rows if row.state == State.PUBLISHED)
        for row in rows:
            row.numbers = numbers.get(row.pk)
        changelist.result_list = rows
        return changelist

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("post"))
    def words(self, post: Post) -> str:
        return title_of(post.text) or str(post)

    @display(description=_("state"), ordering="state", label=COLOURS)
    def shown_state(self, post: Post) -> tuple[str, str]:
        return post.state, post.get_state_display()

    @display(description=_("topic"))
    def topic(self, post: Post) -> str:
        return shipped().types[post.kind].topic

    @display(description=_("when"), ordering="due_at")
    def when(self, post: Post) -> str:
        moment = post.published_at or post.due_at
        return f"{local(moment, post.partner):%d.%m.%Y, %H:%M}" if moment else "—"

    @display(description=_("findings"))
    def found(self, post: Post) -> SafeString | str:
        """What blocks counts more than what is only told."""
        blocking = sum(row["level"] == "blocks" for row in post.findings)
        if not post.findings:
            return "—"
        tone = "tone-bad" if blocking else "tone-wait"
        return format_html('<span class="panel"><b class="{}">{}</b></span>', tone, blocking or len(post.findings))

    @display(description=_("reactions"))
    def liked(self, post: Post) -> str:
        numbers = post.numbers  # type: ignore[attr-defined]  # set for the page of the list
        return "—" if numbers is None else str(numbers.reactions)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        membership = membership_of(request.user)
        own = None if sees_all_partners(request.user) or membership is None else membership.partner_id
        idea = self._idea(request)
        initial = {"kind": (idea and idea.kind) or request.GET.get("kind", ""), "partner": idea and idea.partner_id}
        form = OrderForm(request.POST or None, partner_id=own, idea=idea, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                post = order(
                    partner_id=form.partner_id,
                    kind=form.cleaned_data["kind"],
                    by=name_of(request),
                    now=clock.now(),
                    idea_id=idea.pk if idea else None,
                )
            except Lacking as lacking:
                messages.error(request, str(lacking))
            else:
                messages.success(request, gettext("It is being written: look again in a minute."))
                return redirect(CHANGE, post.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Create a post"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/content/post_order.html", context)

    def _idea(self, request: HttpRequest) -> Idea | None:
        """What the post is to be about; ideas are the operators'."""
        number = request.GET.get("idea", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            return None
        if not request.user.has_perm("content.view_idea"):
            raise PermissionDenied
        return get_object_or_404(Idea, pk=number)
