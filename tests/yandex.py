"""The stand-in for Yandex Cloud, with accounts that fit it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import override_settings

from content.ai.standin import Standin
from content.ai.standin.cloud import Cloud, completed
from partners import tenancy
from partners.fields import Secret
from partners.models import Partner, YandexAccount
from tests import canary

FOLDER, API_KEY = "b1gfolder", "AQVNcanary-api-key-0123456789"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


@contextmanager
def running_cloud(**settings: Any) -> Iterator[Standin]:
    cloud = Cloud(folder_id=FOLDER, api_keys=frozenset({API_KEY}), service_keys={"ajekey": KEY.public_key()})
    with (
        Standin(cloud) as standin,
        override_settings(
            YANDEX_LLM_URL=standin.url,
            YANDEX_IAM_URL=standin.url,
            AI_RETRY_PAUSES=[0, 0],
            AI_READ_TIMEOUT=5,
            AI_PLACE_TIMEOUT=0,
            **settings,
        ),
    ):
        yield standin


def api_key_account(partner: Partner, **fields: Any) -> None:
    _account(partner, {"api_key": Secret(canary.secret(API_KEY))} | fields)


def service_account(partner: Partner, **fields: Any) -> None:
    key = {"service_account_id": "ajeservice", "key_id": "ajekey", "private_key": Secret(canary.secret(PEM))}
    _account(partner, key | fields)


def _account(partner: Partner, fields: dict[str, Any]) -> None:
    with tenancy.all_partners():
        YandexAccount.objects.create(partner=partner, **{"folder_id": FOLDER} | fields)


@dataclass(slots=True)
class Saying(Cloud):
    """Lets everybody in and says what it is told to, whatever it is asked."""

    says: str = ""

    def completion(self, body: dict[str, Any]) -> dict[str, Any]:
        return completed(self.says, 100, "ALTERNATIVE_STATUS_FINAL")
