from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FunnelsConfig(AppConfig):
    name = "funnels"
    verbose_name = _("Funnels")

    def ready(self) -> None:
        from content.services import spending
        from funnels.services import budget_warnings, pauses
        from partners.services import reminders

        reminders.follow(pauses.follow_reminders)
        spending.follow(budget_warnings.warn)
