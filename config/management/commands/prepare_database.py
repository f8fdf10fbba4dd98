from argparse import ArgumentParser
from typing import Any

import environ
import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import database_roles


class Command(BaseCommand):
    help = "Create the roles and the database of DATABASE_URL on a PostgreSQL server of your own."
    requires_system_checks = ()  # they would need the database that this command makes

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--print", action="store_true", help=_("only print the SQL, for psql"))
        how.add_argument(
            "--superuser-url",
            help=_("address of the server as a superuser, postgresql://postgres@host/postgres"),
        )
        parser.add_argument(
            "--for-tests",
            action="store_true",
            help=_("prepare template1 as well: restores, checks of backups and tests make databases"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        database = environ.Env.db_url_config(settings.DATABASE_URL)
        role, name = database["USER"], database["NAME"]
        if options["print"]:
            self.stdout.write(database_roles.script(role, name), ending="")
            return
        superuser = options["superuser_url"]
        try:
            database_roles.prepare(superuser, role=role, database=name, password=database["PASSWORD"])
            if options["for_tests"]:
                template = psycopg.conninfo.make_conninfo(superuser, dbname="template1")
                database_roles.prepare_database(template, role=role)
        except psycopg.errors.FeatureNotSupported:  # the extension is not available
            sentence = _("The server has no pgvector. Install it (Debian: postgresql-18-pgvector), then repeat this.")
            raise CommandError(sentence) from None
        except psycopg.Error as error:
            raise CommandError(_("The server refused: %(error)s") % {"error": error}) from None
        self.stdout.write(_("Role %(role)s and database %(name)s are ready.") % {"role": role, "name": name})
