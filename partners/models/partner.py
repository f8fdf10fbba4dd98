import zoneinfo
from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.validators import validate_web_link

SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$"


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone. Write one like Europe/Moscow.") % {"name": name})


class Partner(models.Model):
    """An independent seller with a bot of their own."""

    class Style(models.TextChoices):
        INFORMAL = "ty", _("informal (ты)")
        FORMAL = "vy", _("formal (вы)")

    class Specialization(models.TextChoices):
        ALL = "all", _("everything")
        WEIGHT = "weight", _("weight")
        ENERGY = "energy", _("energy")
        BUSINESS = "business", _("business")
        BEAUTY = "beauty", _("beauty")

    class Unreachable(models.TextChoices):
        """Why Telegram refused what the bot had to tell the partner."""

        BLOCKED = "blocked", _("blocked the bot")
        NEVER_OPENED = "never_opened", _("has not opened the bot")

    slug = models.CharField(
        _("partner id"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(SLUG_PATTERN, _("Use a–z, 0–9, - and _, at most 40 characters."))],
    )
    name = models.CharField(_("name"), max_length=120)
    contact = models.CharField(_("Telegram contact"), max_length=64, blank=True, help_text="@username")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    telegram_id = models.BigIntegerField(_("Telegram id"), null=True, blank=True)
    admin_telegram_ids = models.JSONField(_("Telegram ids of helpers"), default=list, blank=True)
    country = models.CharField(_("country"), max_length=2, default="RU")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Moscow", validators=[validate_time_zone]
    )

    specialization = models.CharField(
        _("specialization"), max_length=20, choices=Specialization, default=Specialization.ALL
    )
    story = models.TextField(_("story"), max_length=4_000, blank=True)
    communication_style = models.CharField(_("style"), max_length=2, choices=Style, default=Style.FORMAL)

    nl_partner_id = models.CharField(_("NL partner id"), max_length=40, blank=True)
    shop_link = models.URLField(_("shop link"), max_length=500, validators=[validate_web_link])
    registration_link = models.URLField(
        _("registration link"), max_length=500, blank=True, validators=[validate_web_link]
    )

    group_id = models.BigIntegerField(_("group id"), null=True, blank=True)
    group_title = models.CharField(_("group title"), max_length=255, blank=True)
    topics = models.JSONField(_("topics"), default=dict, blank=True)

    quiet_from = models.TimeField(_("quiet hours from"), default=time(21))
    quiet_to = models.TimeField(_("quiet hours to"), default=time(10))

    # When alerts about hot leads are repeated, and when the digest comes, in the partner's zone.
    work_from = models.TimeField(_("working hours from"), default=time(9))
    work_to = models.TimeField(_("working hours to"), default=time(21))
    digest_at = models.TimeField(_("daily digest at"), default=time(9))
    digest_due_at = models.DateTimeField(_("next digest"), null=True, blank=True)

    # Roubles; empty: what the settings say for the whole network.
    ai_daily_cap = models.DecimalField(
        _("AI budget a day, ₽"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    ai_monthly_cap = models.DecimalField(
        _("AI budget a month, ₽"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    funnel_enabled = models.BooleanField(_("funnel is on"), default=True)
    auto_reminders = models.BooleanField(_("automatic reminders"), default=True)
    unreachable = models.CharField(
        _("does not get alerts"), max_length=12, choices=Unreachable, blank=True, default="", db_default=""
    )
    lead_notifications = models.BooleanField(_("alerts about leads"), default=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
