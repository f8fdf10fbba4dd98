from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.fields import EncryptedField
from partners.models.partner import Partner


class YandexAccount(models.Model):
    """A partner's own folder in Yandex Cloud: an Api-Key, or a service account with its key."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, related_name="yandex", verbose_name=_("partner"))
    folder_id = models.CharField(_("folder id"), max_length=64)
    service_account_id = models.CharField(_("service account id"), max_length=64, blank=True)
    key_id = models.CharField(_("key id"), max_length=64, blank=True)
    private_key = EncryptedField(_("private key"), blank=True)
    api_key = EncryptedField(_("Api-Key"), blank=True)
    model = models.CharField(_("model"), max_length=64, default="yandexgpt-lite/latest")
    art_enabled = models.BooleanField(_("pictures by YandexART"), default=False)

    class Meta:
        verbose_name = _("Yandex Cloud account")
        verbose_name_plural = _("Yandex Cloud accounts")

    def __str__(self) -> str:
        return self.folder_id
