from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class Membership(models.Model):
    """What a web login may see: the whole network (no partner), or one partner's rows."""

    class Role(models.TextChoices):
        OPERATOR = "operator", _("operator")
        EDITOR = "editor", _("editor")
        ANALYST = "analyst", _("analyst")
        OWNER = "owner", _("partner")
        ASSISTANT = "assistant", _("partner's helper")

    NETWORK_ROLES = ("operator", "editor", "analyst")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("user"))
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("partner"))
    role = models.CharField(_("role"), max_length=10, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=("operator", "editor", "analyst"), partner__isnull=True)
                | models.Q(role__in=("owner", "assistant"), partner__isnull=False),
                name="membership_partner_by_role",
                violation_error_message=_(
                    "Who works for the whole network has no partner; a partner's login needs one."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
