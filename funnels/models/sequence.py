from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class TextOverride(models.Model):
    """A partner's own words for one message of a network's sequence. They survive its new versions.

    `base` is the network's text that they replaced: when that changes, the partner's editor is shown the difference.
    """

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    sequence = models.CharField(_("sequence"), max_length=24)
    step = models.CharField(_("message"), max_length=24)
    text = models.TextField(_("own text"), max_length=4_096)
    base = models.TextField(_("replaced text"), max_length=4_096)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("author")
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("own text of a partner")
        verbose_name_plural = _("own texts of partners")
        ordering = ("partner", "sequence", "step")
        constraints = [
            models.UniqueConstraint(fields=["partner", "sequence", "step"], name="textoverride_place"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.step}"


class SequencePause(models.Model):
    """A sequence of a partner rests: nobody loses their place. By an operator, or by the brake after many errors."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    sequence = models.CharField(_("sequence"), max_length=24)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    paused_at = models.DateTimeField(_("paused"))

    class Meta:
        verbose_name = _("paused sequence")
        verbose_name_plural = _("paused sequences")
        constraints = [models.UniqueConstraint(fields=["partner", "sequence"], name="sequencepause_once")]

    def __str__(self) -> str:
        return self.sequence
