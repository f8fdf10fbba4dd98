from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class Membership(models.Model):
    """What a web login may see: the whole network (no partner), or one partner's rows."""

    class Role(models.TextChoices):
        OPERATOR = "operator", _("operator")
        OWNER = "owner", _("partner")
        ASSISTANT = "assistant", _("partner's helper")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("user"))
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("partner"))
    role = models.CharField(_("role"), max_length=10, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role="operator", partner__isnull=True)
                | (~models.Q(role="operator") & models.Q(partner__isnull=False)),
                name="membership_partner_by_role",
                violation_error_message=_("An operator has no partner; a partner's login needs one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
