from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("Content")

    def ready(self) -> None:
        from content import checks  # noqa: F401  (registers the check of pgvector)
        from content.services.posts import plans
        from partners.services import zones

        zones.follow(plans.zone_changed)
