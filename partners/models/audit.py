"""Who changed what in the panel. Append-only: the wall has no policy for UPDATE and DELETE."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class AuditEntry(models.Model):
    class Action(models.TextChoices):
        ADD = "add", _("added")
        CHANGE = "change", _("changed")
        DELETE = "delete", _("deleted")
        PRESS = "press", _("pressed a button")
        EXPORT = "export", _("exported")
        LOGIN = "login", _("came in")
        LOGIN_FAILED = "login_failed", _("wrong login or password")
        LOGIN_REFUSED = "login_refused", _("too many attempts")
        LOGOUT = "logout", _("left")
        FACTOR_ON = "factor_on", _("second factor switched on")
        FACTOR_OFF = "factor_off", _("second factor removed")
        FACTOR_CODES = "factor_codes", _("new backup codes")
        FACTOR_FAILED = "factor_failed", _("wrong code")

    at = models.DateTimeField(_("when"), db_index=True)
    # Neither reference is a constraint: an entry outlives whom and what it tells of, and can't be updated.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+",
        verbose_name=_("who"),
    )  # fmt: skip
    actor_name = models.CharField(_("who"), max_length=150)
    address = models.CharField(_("IP address"), max_length=45, blank=True)
    partner = models.ForeignKey(
        Partner, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("partner")
    )
    action = models.CharField(_("what"), max_length=16, choices=Action)
    place = models.CharField(_("page"), max_length=200, blank=True)
    model = models.CharField(_("kind"), max_length=80, blank=True)  # «partners.lead»
    object_id = models.CharField(max_length=40, blank=True)
    object_name = models.CharField(_("object"), max_length=120, blank=True)
    before = models.JSONField(_("before"), default=dict)  # field: text, secrets and contacts masked
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["model", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.get_action_display()}"
