from django.db import models
from django.utils.translation import gettext_lazy as _


class Runner(models.Model):
    """A `runbots` process, for as long as one session of its locks: a lost session is another row.

    All times are PostgreSQL's: the machines' own clocks, and the sandbox's, may differ.
    """

    name = models.CharField(_("name"), max_length=80)  # as in Bot.runner
    host = models.CharField(_("host"), max_length=64)
    pid = models.PositiveIntegerField(_("process"))
    version = models.CharField(_("version"), max_length=40, blank=True)
    webhook = models.BooleanField(_("receives by webhook"), default=False)
    only_partner = models.BigIntegerField(_("for one partner only"), null=True, blank=True)
    dedicated = models.BooleanField(default=False)  # the same, as the release before reads it
    capacity = models.PositiveIntegerField(_("most bots"))
    bots = models.PositiveIntegerField(_("bots"), default=0)
    # The session that holds the locks; a process id alone may be somebody else's by now.
    backend_pid = models.IntegerField(_("session"))
    backend_start = models.DateTimeField(_("session since"))
    started_at = models.DateTimeField(_("started"))
    heartbeat_at = models.DateTimeField(_("heartbeat"))
    draining_at = models.DateTimeField(_("handing over since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("runner")
        verbose_name_plural = _("runners")

    def __str__(self) -> str:
        return self.name
