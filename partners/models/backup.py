from django.db import models
from django.utils.translation import gettext_lazy as _


class Backup(models.Model):
    """A backup as operators see it. The folder in BACKUP_DIR is the truth; a row without one is only history.

    wanted → running → done → gone, or running → failed. A check of it: wanted → running → proven | failed.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("waits")
        RUNNING = "running", _("is being made")
        DONE = "done", _("whole")
        FAILED = "failed", _("failed")
        GONE = "gone", _("deleted")

    class Check(models.TextChoices):
        NEVER = "", _("never restored")
        WANTED = "wanted", _("check waits")
        RUNNING = "running", _("is being checked")
        PROVEN = "proven", _("proven to restore")
        FAILED = "failed", _("does not restore")

    name = models.CharField(_("name"), max_length=40, blank=True)  # of its folder; empty until it has one
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WANTED)
    asked_by = models.CharField(_("asked for by"), max_length=150, blank=True)  # empty: the timetable
    asked_at = models.DateTimeField(_("asked for"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    seconds = models.FloatField(_("seconds"), default=0)
    progress = models.CharField(_("progress"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    encrypted = models.BooleanField(_("encrypted"), default=False)
    bytes = models.BigIntegerField(_("size"), default=0)
    tables = models.PositiveIntegerField(_("tables"), default=0)
    rows = models.BigIntegerField(_("rows"), default=0)
    media_files = models.PositiveIntegerField(_("files of media"), default=0)

    check_state = models.CharField(_("check"), max_length=8, choices=Check, default=Check.NEVER, blank=True)
    checked_at = models.DateTimeField(_("last check"), null=True, blank=True)
    verified_at = models.DateTimeField(_("proven to restore at"), null=True, blank=True)
    check_seconds = models.FloatField(_("seconds of the check"), default=0)
    check_error = models.CharField(_("error of the check"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=~models.Q(name=""), name="backup_name"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_state_display()} {self.asked_at:%Y-%m-%d %H:%M}"
