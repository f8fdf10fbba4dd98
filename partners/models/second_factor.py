from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin

from partners.fields import EncryptedField


class Authenticator(ThrottlingMixin, Device):
    """The app that shows a login's codes. django-otp's own model would keep the secret readable."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator", verbose_name=_("user")
    )
    secret = EncryptedField()
    last_step = models.BigIntegerField(default=-1)  # of the newest code that was used: none counts twice
    backup_digests = models.JSONField(default=list)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    def get_throttle_factor(self) -> int:
        """Seconds after the first wrong code; every further one doubles them."""
        return 1
