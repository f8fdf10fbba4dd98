from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.fields import EncryptedField
from partners.models.partner import Partner


class Bot(models.Model):
    """A partner's Telegram bot: what operators want of it, and what the runner reports of it.

    Operators write `token`, `wanted`, `wanted_at`, `generation`; the runner that owns the bot writes
    everything under «observed».
    """

    class Wanted(models.TextChoices):
        RUNNING = "running", _("running")
        STOPPED = "stopped", _("stopped")

    class State(models.TextChoices):
        STOPPED = "stopped", _("stopped")
        STARTING = "starting", _("starting")
        RUNNING = "running", _("running")
        FAILED = "failed", _("failed")

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    token = EncryptedField(_("token"))
    telegram_id = models.BigIntegerField(_("bot id"), unique=True)  # the number before the colon of the token
    username = models.CharField(_("username"), max_length=64, blank=True)
    display_name = models.CharField(_("display name"), max_length=64, blank=True)
    wanted = models.CharField(_("wanted"), max_length=10, choices=Wanted, default=Wanted.RUNNING)
    wanted_at = models.DateTimeField(_("wanted since"), null=True, blank=True)
    generation = models.PositiveIntegerField(_("generation"), default=1)  # grows when the bot must start anew
    self_test_wanted_at = models.DateTimeField(_("self-test asked for"), null=True, blank=True)
    topics_wanted_at = models.DateTimeField(_("topics asked for"), null=True, blank=True)
    topics_asked_by = models.BigIntegerField(_("who asked for topics"), null=True, blank=True)  # in the bot itself

    # observed
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.STOPPED)
    running_generation = models.PositiveIntegerField(_("running generation"), default=0)
    runner = models.CharField(_("runner"), max_length=80, blank=True)
    me = models.JSONField(_("getMe"), null=True, blank=True)
    menu = models.CharField(_("command menu"), max_length=16, blank=True, default="")  # which one Telegram shows
    # Telegram id of whoever has a panel → fingerprint of the commands that Telegram shows; empty: it knows no chat yet.
    panel_menus = models.JSONField(_("menus of the panel"), default=dict, blank=True)
    heartbeat_at = models.DateTimeField(_("heartbeat"), null=True, blank=True)
    last_update_at = models.DateTimeField(_("last update"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    # Why it does not work, as a word for programs: «token», «conflict», or nothing that needs a person.
    trouble = models.CharField(_("trouble"), max_length=10, blank=True, default="", db_default="")
    self_test = models.JSONField(_("self-test"), null=True, blank=True)
    self_test_at = models.DateTimeField(_("self-test at"), null=True, blank=True)
    topics_report = models.JSONField(_("topics"), null=True, blank=True)
    topics_at = models.DateTimeField(_("topics looked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bot")
        verbose_name_plural = _("bots")
        constraints = [models.UniqueConstraint(fields=["id", "partner"], name="bot_id_partner")]

    def __str__(self) -> str:
        return f"@{self.username}" if self.username else str(self.telegram_id)
