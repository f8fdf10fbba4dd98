"""What AI costs and why it does not answer. Nothing is changed here: rows are written by the calls."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from content.models import AiAccount, AiUse
from content.russian import NARROW_SPACE, number
from partners import clock
from partners.admin.base import ReadOnlyAdmin
from partners.templatetags.panel import ago

State = AiUse.State
COLOURS = {State.RESERVED: "info", State.CHARGED: "success", State.PERHAPS: "warning", State.FAILED: "danger"}
HEALTH = {"works": _("answering"), "fails": _("failed last"), "rests": _("rests"), "new": _("not asked yet")}


@admin.register(AiUse)
class AiUseAdmin(ReadOnlyAdmin):
    list_display = ("when", "partner", "purpose", "shown_state", "why", "model", "tokens", "cost")
    list_select_related = ("partner",)
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ("purpose", ChoicesDropdownFilter),
    )
    ordering = ("-pk",)
    fields = ("partner", "at", "day", "purpose", "provider", "model", "account", "shown_state", "why", "tokens", "cost")

    @display(description=_("at"), ordering="at")
    def when(self, use: AiUse) -> str:
        return ago(use.at, clock.now())

    @display(description=_("state"), ordering="state", label=COLOURS)
    def shown_state(self, use: AiUse) -> tuple[str, str]:
        return use.state, use.get_state_display()

    @display(description=_("what is wrong"))
    def why(self, use: AiUse) -> str:
        return use.sentence or "—"

    @display(description=_("tokens in and out"))
    def tokens(self, use: AiUse) -> str:
        return f"{use.tokens_in} + {use.tokens_out}"

    @display(description=_("roubles"), ordering="roubles")
    def cost(self, use: AiUse) -> str:
        """Small sums are not rounded away."""
        return f"{number(use.roubles)}{NARROW_SPACE}₽"


@admin.register(AiAccount)
class AiAccountAdmin(ReadOnlyAdmin):
    """Whether each account of a provider answers; its token is no business of this page."""

    list_display = ("key", "health", "why", "failures", "failed", "worked")
    ordering = ("-failures", "key")
    fields = ("key", "health", "why", "failures", "failed", "worked")

    @display(
        description=_("state"),
        label={"works": "success", "fails": "warning", "rests": "danger", "new": None},
    )
    def health(self, account: AiAccount) -> tuple[str, str]:
        rests = account.rests_until is not None and account.rests_until > clock.now()
        state = "rests" if rests else "fails" if account.trouble else "works" if account.worked_at else "new"
        return state, str(HEALTH[state])

    @display(description=_("what is wrong"))
    def why(self, account: AiAccount) -> str:
        return account.sentence or "—"

    @display(description=_("last failure"), ordering="failed_at")
    def failed(self, account: AiAccount) -> str:
        return ago(account.failed_at, clock.now())

    @display(description=_("last answer"), ordering="worked_at")
    def worked(self, account: AiAccount) -> str:
        return ago(account.worked_at, clock.now())
