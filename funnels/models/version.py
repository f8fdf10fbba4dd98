from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class FunnelVersion(models.Model):
    """One text of a funnel. A draft may be edited; once published it never changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    class Kind(models.TextChoices):
        FUNNEL = "funnel", _("funnel")
        SEQUENCE = "sequence", _("warm-up sequence")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.FUNNEL)
    key = models.CharField(_("funnel"), max_length=24, default="main")
    number = models.PositiveIntegerField(_("version"))
    partner = models.ForeignKey(
        Partner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("only for the partner"),
        help_text=_("Empty: for the whole network."),
    )
    text = models.TextField(_("text (YAML)"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("funnel version")
        verbose_name_plural = _("funnels")
        ordering = ("key", "-number")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "partner", "number"], name="funnelversion_number", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.number}"
