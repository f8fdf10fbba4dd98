from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from partners.tenancy import NO_APPLICATION


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partners")

    def ready(self) -> None:
        from partners import checks  # noqa: F401  (registers the wall check)

        pre_migrate.connect(_open_for_constraints, sender=self)
        post_migrate.connect(_close_after_constraints, sender=self)


def _open_for_constraints(*, using: str, **kwargs: Any) -> None:
    """PostgreSQL checks a new foreign key with a query of the table's owner, which the wall would refuse.

    Nobody's partner id lets it run over no rows. A data migration must open `tenancy.all_partners()`.
    """
    _set_doors(using, "0", NO_APPLICATION)


def _close_after_constraints(*, using: str, **kwargs: Any) -> None:
    _set_doors(using, "", "")


def _set_doors(using: str, partner_id: str, application: str) -> None:
    with connections[using].cursor() as cursor:
        sql = "SELECT set_config('app.partner_id', %s, false), set_config('app.application', %s, false)"
        cursor.execute(sql, [partner_id, application])
