"""Secrets at rest: encrypted in the database, masked everywhere but where somebody says `reveal()`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _

MASK = "••••••"


class Secret:
    """A text that does not show itself in logs, templates, tracebacks or repr."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return MASK if self._value else ""

    __str__ = __repr__


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS holds something that is not a Fernet key. Make one with: "
            'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        ) from error


def fernet() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


if TYPE_CHECKING:
    SecretTextField = models.TextField[Secret | str, Secret]
else:
    SecretTextField = models.TextField


class EncryptedField(SecretTextField):
    """Holds a `Secret`. The first key of FIELD_ENCRYPTION_KEYS encrypts, all of them decrypt."""

    description = _("Encrypted text")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Secret:
        if not value:
            return Secret("")
        try:
            return Secret(fernet().decrypt(value.encode()).decode())
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A stored secret cannot be decrypted: the key that encrypted it is missing from FIELD_ENCRYPTION_KEYS."
            ) from error

    def to_python(self, value: Any) -> Secret:
        return value if isinstance(value, Secret) else Secret(value or "")

    def get_prep_value(self, value: Any) -> str:
        plain = value.reveal() if isinstance(value, Secret) else (value or "")
        return fernet().encrypt(plain.encode()).decode() if plain else ""

    def value_to_string(self, obj: models.Model) -> str:
        return MASK if self.value_from_object(obj) else ""

    def get_lookup(self, lookup_name: str) -> None:
        """None: two encryptions of one text differ, so a comparison would be quietly wrong."""
