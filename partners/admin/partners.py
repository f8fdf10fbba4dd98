from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from partners import clock
from partners.access import is_operator, sees_all_partners
from partners.admin.base import PanelAdmin, SecretFormField, SecretInput, SecretTextarea
from partners.fields import Secret
from partners.models import Bot, Partner, YandexAccount
from partners.queries import no_signals
from partners.services import reminders, zones
from partners.services.bots import TokenRefused, add_bot, replace_token, telegram_id_of
from partners.services.partners import follow
from partners.templatetags.panel import redacted
from partners.validators import validate_quiet_hours

KEEP = _("Leave empty to keep the stored one.")
# Clock times, all of them in the partner's zone.
HOURS_HELP = {
    "work_from": _("A hot lead whom nobody has handled for 15 minutes is announced once more in these hours."),
    "work_to": _("The same time twice means around the clock; 22:00 to 06:00 means through the night."),
    "digest_at": _("Yesterday's numbers and whoever waits for an answer, as a message from the partner's own bot."),
    "quiet_from": _("No promotional message reaches a lead in these hours of the lead's own zone."),
    "quiet_to": _("By default from 21:00 to 10:00."),
}

NETWORKS_CAP = _("Empty: as for the whole network. When it is spent, answers are quoted from the documents.")


class NumbersField(forms.CharField):
    """A list of whole numbers, typed with commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        words = (super().to_python(value) or "").replace(",", " ").split()
        if not all(word.isascii() and word.isdecimal() and 0 < int(word[:20]) < 2**53 for word in words):
            raise ValidationError(_("Write numbers with commas between them: 123456789, 987654321."))
        return [int(word) for word in words]


class ClockInput(forms.TimeInput):
    """The browser's own: it opens the phone's clock and shows no seconds."""

    input_type = "time"

    def __init__(self, format: str) -> None:
        super().__init__(attrs={"class": " ".join(INPUT_CLASSES)}, format=format)


class PartnerForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    admin_telegram_ids = NumbersField(
        label=_("Telegram ids of helpers"), required=False, max_length=400, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Partner
        fields = (
            *("slug", "name", "contact", "phone", "telegram_id", "admin_telegram_ids", "country", "time_zone"),
            *("specialization", "story", "communication_style", "nl_partner_id", "shop_link", "registration_link"),
            *("group_id", "group_title", "topics", "funnel_enabled", "auto_reminders", "lead_notifications"),
            *("work_from", "work_to", "digest_at", "quiet_from", "quiet_to", "ai_daily_cap", "ai_monthly_cap"),
        )
        help_texts = HOURS_HELP | dict.fromkeys(("ai_daily_cap", "ai_monthly_cap"), NETWORKS_CAP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:  # who may only look has none
            self.fields["name"].label = _("Partner's name")
        for name in HOURS_HELP.keys() & self.fields.keys():
            self.fields[name].widget = ClockInput(format="%H:%M")

    def clean_quiet_to(self) -> time:
        until: time = self.cleaned_data["quiet_to"]
        if start := self.cleaned_data.get("quiet_from"):
            validate_quiet_hours(start, until)
        return until

    def clean_topics(self) -> dict[str, int]:
        topics = self.cleaned_data["topics"] or {}
        if not isinstance(topics, dict) or not all(type(number) is int for number in topics.values()):
            raise ValidationError(_('Write names and topic numbers: {"tips": 5, "news": 7}.'))
        return topics

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"].upper()
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ValidationError(_("Two letters, as in RU, KZ, BY."))
        return country


class BotForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    new_token = SecretFormField(label=_("token"), required=False, max_length=120, widget=SecretInput, help_text=KEEP)

    class Meta:
        model = Bot
        fields = ("display_name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.fields["new_token"].required = True
            self.fields["new_token"].help_text = _("From @BotFather, whole: 123456789:AAF…")

    def clean_new_token(self) -> Secret:
        token: Secret = self.cleaned_data["new_token"]
        if not token:
            return token
        try:
            telegram_id = telegram_id_of(token)
        except TokenRefused as refused:
            raise ValidationError(str(refused)) from None
        if Bot.objects.filter(telegram_id=telegram_id).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This token belongs to a bot of another partner. Make a new bot in @BotFather."))
        return token

    def apply(self, partner: Partner) -> None:
        """Through the services, so that the running bots hear of it. Raises TokenRefused."""
        now, token = clock.now(), self.cleaned_data["new_token"]
        name = self.cleaned_data.get("display_name", "")
        if self.instance._state.adding:
            add_bot(partner=partner, token=token, display_name=name, now=now)
            return
        Bot.objects.filter(pk=self.instance.pk).update(display_name=name)
        if token:
            replace_token(bot=self.instance, token=token, now=now)


class BotInline(StackedInline):
    model = Bot
    form = BotForm
    can_delete = False
    extra = 1
    max_num = 1
    fields = ("new_token", "display_name", "username", "state", "error")
    readonly_fields = ("username", "state", "error")

    @display(description=_("last error"))
    def error(self, bot: Bot) -> str:
        return redacted(bot.last_error) or "—"


class YandexForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    new_api_key = SecretFormField(
        label=_("Api-Key"), required=False, max_length=400, widget=SecretInput, help_text=KEEP
    )
    new_private_key = SecretFormField(
        label=_("private key"), required=False, max_length=8_000, widget=SecretTextarea, help_text=KEEP
    )

    class Meta:
        model = YandexAccount
        fields = ("folder_id", "service_account_id", "key_id", "model", "art_enabled")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("api_key", "private_key"):
            if values.get(f"new_{name}"):
                setattr(self.instance, name, values[f"new_{name}"])
        if not (self.instance.api_key or self.instance.private_key):
            self.add_error("new_api_key", _("Give an Api-Key or the private key of a service account."))
        return values


def _knows_contacts(request: HttpRequest) -> bool:
    return is_operator(request.user) or not sees_all_partners(request.user)


class YandexInline(StackedInline):
    model = YandexAccount
    form = YandexForm
    extra = 0
    max_num = 1
    fields = (
        ("folder_id", "new_api_key"),
        ("service_account_id", "key_id"),
        "new_private_key",
        ("model", "art_enabled"),
    )


@admin.register(Partner)
class PartnerAdmin(PanelAdmin):
    form = PartnerForm
    list_display = ("who", "slug", "contact", "specialization", "style", "bot_state", "created_at")
    list_filter = ("specialization", "communication_style")
    list_select_related = ("bot",)
    search_fields = ("name", "slug", "contact", "bot__username")
    readonly_fields = ("created_at", "signals")
    inlines = (BotInline, YandexInline)

    PROFILE = ("name", ("contact", "phone"), ("specialization", "communication_style"), "story")
    HOURS = (("work_from", "work_to"), "digest_at", ("quiet_from", "quiet_to"))
    LINKS = ("shop_link", "registration_link", "nl_partner_id")
    fieldsets = (
        (None, {"fields": ("slug", *PROFILE)}),
        (_("Links"), {"fields": LINKS}),
        (
            _("Where the partner is"),
            {"fields": (("country", "time_zone"), "telegram_id", "admin_telegram_ids", "signals")},
        ),
        (_("Hours"), {"fields": HOURS}),
        (_("AI"), {"fields": (("ai_daily_cap", "ai_monthly_cap"),), "classes": ("collapse",)}),
        (_("Group"), {"fields": (("group_id", "group_title"), "topics"), "classes": ("collapse",)}),
        (
            _("Switches"),
            {"fields": (("funnel_enabled", "auto_reminders", "lead_notifications"), "created_at")},
        ),
    )
    own_fieldsets = (
        (None, {"fields": PROFILE}),
        (_("Links"), {"fields": LINKS}),
        (_("Notices"), {"fields": ("time_zone", "lead_notifications", "signals")}),
        (_("Hours"), {"fields": HOURS}),
    )

    # For editors and analysts: what the partner's bot says to everybody.
    public_fieldsets = (
        (None, {"fields": ("slug", "name", ("specialization", "communication_style"), "story")}),
        (_("Links"), {"fields": ("shop_link", "registration_link")}),
    )

    @display(description=_("partner"), ordering="name")
    def who(self, partner: Partner) -> str:
        return partner.name

    @display(description=_("alerts and digest"))
    def signals(self, partner: Partner) -> str:
        return no_signals(partner) or str(_("They arrive."))

    @display(description=_("style"), ordering="communication_style")
    def style(self, partner: Partner) -> str:
        return partner.get_communication_style_display()

    @display(
        description=_("bot"),
        ordering="bot__state",
        label={"running": "success", "failed": "danger", "starting": "warning", "stopped": None},
    )
    def bot_state(self, partner: Partner) -> tuple[str, str] | None:
        bot: Bot | None = getattr(partner, "bot", None)
        return (bot.state, bot.get_state_display()) if bot else None

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Their leads would go with them: a bot that is not wanted is stopped."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("bot__token")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if is_operator(request.user):
            return self.fieldsets
        return self.public_fieldsets if sees_all_partners(request.user) else self.own_fieldsets

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = super().get_list_display(request)
        return [name for name in shown if name != "contact" or _knows_contacts(request)]

    def hidden_lookups(self, request: HttpRequest) -> tuple[str, ...]:
        return () if _knows_contacts(request) else ("phone", "contact", "telegram_id", "admin_telegram_ids")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        fields = super().get_search_fields(request)
        return [name for name in fields if name != "contact" or _knows_contacts(request)]

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        return self.inlines if is_operator(request.user) else ()

    def save_model(self, request: HttpRequest, obj: Partner, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        follow(partner=obj, changed=form.changed_data)
        super().save_model(request, obj, form, change)
        if change and "auto_reminders" in form.changed_data:
            reminders.switched(partner=obj, now=clock.now())
        if change and "time_zone" in form.changed_data:
            zones.changed(partner=obj, now=clock.now())

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Any], formset: BaseInlineFormSet[Any, Any, Any], change: bool
    ) -> None:
        if formset.model is not Bot:
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for bot_form in formset.forms:
            if bot_form.has_changed():
                self._apply(request, bot_form, form.instance)

    def _apply(self, request: HttpRequest, form: forms.BaseForm, partner: Partner) -> None:
        assert isinstance(form, BotForm)
        try:
            form.apply(partner)
        except TokenRefused as refused:
            messages.error(request, str(refused))
