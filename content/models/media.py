from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Bot, Partner


class MediaItem(models.Model):
    """A picture of the library: the network's, or one partner's own."""

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("uploaded")
        DRAWN = "drawn", _("drawn by a model")

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("only for the partner")
    )
    file = models.ImageField(_("picture"), upload_to="library/")
    thumbnail = models.ImageField(_("thumbnail"), upload_to="library/", blank=True)
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64)
    title = models.CharField(_("title"), max_length=120, blank=True)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    products = models.JSONField(_("products"), default=list, blank=True)  # keys of the catalogue
    origin = models.CharField(_("origin"), max_length=6, choices=Origin, default=Origin.UPLOAD)
    added_at = models.DateTimeField(_("added"))
    retired_at = models.DateTimeField(_("taken out"), null=True, blank=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("media library")
        ordering = ("-added_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["partner", "sha256"], name="media_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.title or f"{_('picture')} {self.pk}"


class MediaFile(models.Model):
    """Telegram's own number of a picture that a bot has sent: it is uploaded once for each bot."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, db_index=False, verbose_name=_("bot"))
    path = models.CharField(_("picture"), max_length=200)  # under MEDIA_ROOT
    file_id = models.CharField("file_id", max_length=200)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("uploaded picture")
        verbose_name_plural = _("uploaded pictures")
        constraints = [models.UniqueConstraint(fields=["bot", "path"], name="media_file_once")]

    def __str__(self) -> str:
        return self.path
