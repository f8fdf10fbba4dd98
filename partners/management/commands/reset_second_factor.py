from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from partners import clock
from partners.services.second_factor import reset


class Command(BaseCommand):
    help = "Removes the second factor of a login that has lost phone and backup codes. Its password stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")

    def handle(self, *args: Any, login: str, **options: Any) -> None:
        user = User.objects.filter(username=login).first()
        if user is None:
            raise CommandError(_("There is no login %(login)s.") % {"login": login})
        if reset(user=user, by=None, now=clock.now()):
            done = _("%(login)s comes in with the password alone until a new one is set up.")
        else:
            done = _("%(login)s has no second factor.")
        self.stdout.write(done % {"login": login})
