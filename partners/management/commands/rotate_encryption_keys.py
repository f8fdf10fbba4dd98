from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils.translation import gettext as _

from partners import tenancy
from partners.services.encryption import encrypted_columns, rotate_batch


class Command(BaseCommand):
    help = "Re-encrypt all secrets with the first key of FIELD_ENCRYPTION_KEYS; may be stopped and repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        for model, column in encrypted_columns():
            name = f"{model._meta.label}.{column}"
            try:
                self.rotate(model, column, name)
            except InvalidToken:
                sentence = _("%(name)s: a secret was encrypted with a key that is not in FIELD_ENCRYPTION_KEYS.")
                raise CommandError(sentence % {"name": name}) from None
        self.stdout.write(_("Done: keys after the first are not needed any more."))

    def rotate(self, model: type[models.Model], column: str, name: str) -> None:
        last: int | None = 0
        total = 0
        while last is not None:
            last, count = next_batch(model, column, last)
            total += count
            if last is not None:
                self.progress(name, total)

    def progress(self, name: str, total: int) -> None:
        self.stdout.write(_("%(name)s: %(count)s re-encrypted") % {"name": name, "count": total})
        self.stdout.flush()


def next_batch(model: type[models.Model], column: str, after: int) -> tuple[int | None, int]:
    """Committed on its own, so that a stopped run loses nothing."""
    with tenancy.all_partners():
        return rotate_batch(model=model, column=column, after=after)
