from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from content.messages import Html
from content.russian import number
from funnels.admin.broadcast_form import BroadcastForm
from funnels.admin.broadcast_look import look_at
from funnels.admin.broadcast_views import CHANGE, CONFIRM, BroadcastPages
from funnels.admin.version_views import author_of
from funnels.models import Broadcast
from funnels.services import broadcast_drafts as drafts
from funnels.services.broadcast_progress import bars
from partners import clock
from partners.admin.people import name_of
from partners.models import Partner

State = Broadcast.State
TEST_NOTE = Html("🧪 <b>Тест рассылки</b>. Следующее сообщение — то, что увидят люди.")


@admin.register(Broadcast)
class BroadcastAdmin(BroadcastPages):
    form = BroadcastForm
    change_form_template = "admin/funnels/broadcast.html"
    list_display = ("name", "partner", "shown_state", "bar", "confirmed_at", "who")
    list_select_related = ("partner", "author")
    list_filter = (("partner", AutocompleteSelectFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("text",)
    ordering = ("-pk",)
    actions = None

    class Media:
        js = ("funnels/broadcast.js",)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        done = bars(rows)
        for row in rows:
            row.done = done.get(row.pk)
        changelist.result_list = rows
        return changelist

    @display(description=_("broadcast"), ordering="pk")
    def name(self, broadcast: Broadcast) -> str:
        words = " ".join(broadcast.text.split())
        return f"{broadcast.pk}. {words[:60]}{'…' if len(words) > 60 else ''}" if words else str(broadcast)

    @display(
        description=_("state"),
        ordering="state",
        label={"draft": None, "sending": "info", "paused": "warning", "finished": "success", "cancelled": "danger"},
    )
    def shown_state(self, broadcast: Broadcast) -> tuple[str, str]:
        return broadcast.state, broadcast.get_state_display()

    @display(description=_("progress"))
    def bar(self, broadcast: Broadcast) -> SafeString | str:
        if broadcast.done is None:  # type: ignore[attr-defined]
            return "—"
        done, promised = broadcast.done  # type: ignore[attr-defined]
        return format_html(
            '<progress class="sent-bar" max="{}" value="{}"></progress> {} / {}',
            promised,
            done,
            number(done),
            number(promised),
        )

    @display(description=_("author"))
    def who(self, broadcast: Broadcast) -> str:
        if broadcast.author is not None:
            return broadcast.author.get_full_name() or broadcast.author.username
        return gettext("in the bot") if broadcast.author_telegram_id else "—"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"author_name": name_of(request)})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == State.DRAFT)

    def delete_model(self, request: HttpRequest, obj: Broadcast) -> None:
        drafts.discard(broadcast=obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        broadcast: Broadcast | None = self.get_object(request, object_id)
        if broadcast is None or not self.has_change_permission(request, broadcast):
            raise Http404
        if broadcast.state == State.DRAFT:
            form_page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return form_page
        if request.method == "POST":
            messages.warning(request, gettext("This broadcast was confirmed meanwhile. What you typed is a new draft."))
            new: HttpResponse = self.add_view(request)
            return new
        return self.progress_page(request, broadcast)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        context["look"] = look_at(form, clock.now()) if form.instance.partner_id else None
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False, "show_save": False}
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def save_model(self, request: HttpRequest, obj: Broadcast, form: ModelForm[Any], change: bool) -> None:
        if change:
            try:
                drafts.save(broadcast=obj)
                return
            except drafts.NotPossible as refused:
                messages.warning(request, f"{refused} {gettext('What you typed is kept in a new draft.')}")
                obj.pk, obj.state = None, State.DRAFT
        obj.author, obj.created_at = author_of(request), clock.now()
        super().save_model(request, obj, form, change=False)

    def response_add(self, request: HttpRequest, obj: Broadcast, post_url_continue: str | None = None) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Broadcast) -> HttpResponse:
        if "_confirm" in request.POST:
            return redirect(CONFIRM, obj.pk)
        if "_test" in request.POST:
            self._send_test(request, obj)
        else:
            messages.success(request, gettext("Saved. Nobody gets it before you confirm it."))
        return redirect(CHANGE, obj.pk)

    def _send_test(self, request: HttpRequest, broadcast: Broadcast) -> None:
        partner: Partner = broadcast.partner
        if partner.telegram_id is None:
            messages.error(request, gettext("The test goes to the partner's chat: enter the partner's Telegram id."))
            return
        try:
            drafts.send_test(broadcast=broadcast, telegram_id=partner.telegram_id, note=TEST_NOTE, now=clock.now())
        except drafts.NotPossible as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, gettext("The test is on its way to the partner's own chat with the bot."))
