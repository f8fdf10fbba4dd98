from django.db import models
from django.utils.translation import gettext_lazy as _


class Lifesign(models.Model):
    """When a part of the platform was last seen at work, by PostgreSQL's clock."""

    name = models.CharField(_("name"), max_length=20, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name
