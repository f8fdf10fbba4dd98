from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config import timetable


class Command(BaseCommand):
    help = "Write the timetable of periodic tasks into the database; what an operator tuned stays."

    def handle(self, *args: Any, **options: Any) -> None:
        for name in timetable.sync():
            self.stdout.write(_("Timetable: %(name)s is up to date.") % {"name": name})
