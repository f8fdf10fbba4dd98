from django.db import models
from django.utils.translation import gettext_lazy as _

from funnels.models.version import FunnelVersion
from partners.models import Lead, Partner


class Conversation(models.Model):
    """Where a lead stands in the funnel, and in which version of it."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True, verbose_name=_("lead"))
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    version = models.ForeignKey(FunnelVersion, on_delete=models.PROTECT, verbose_name=_("version"))
    step = models.CharField(_("step"), max_length=24)
    path = models.JSONField(_("path"), default=list)
    asking = models.CharField(_("is asked for"), max_length=16, blank=True, default="", db_default="")
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        return self.step
