from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Told(models.Model):
    """Something that operators are to hear once by Telegram and once by e-mail, and how far that has come."""

    class Telling(models.TextChoices):
        NOBODY = "", _("not told")
        WAITING = "waiting", _("waits")
        SENDING = "sending", _("is being sent")
        TOLD = "told", _("told")
        FAILED = "failed", _("failed")

    telegram = models.CharField(_("Telegram"), max_length=8, choices=Telling, blank=True, default="")
    mail = models.CharField(_("e-mail"), max_length=8, choices=Telling, blank=True, default="")
    mail_tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    mail_at = models.DateTimeField(_("last try"), null=True, blank=True)

    UNTOLD = Q(telegram="waiting") | Q(mail__in=["waiting", "sending"])

    class Meta:
        abstract = True
