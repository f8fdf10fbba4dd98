"""Tokens of Yandex Cloud for a service account: kept in the database, renewed hourly, by one caller at a time."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from content.ai.http import Authorization, Patience, Refusal, post
from content.ai.troubles import AiError, Trouble
from content.models import AiAccount
from partners.fields import Secret

AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"
RENEWED_EVERY = timedelta(hours=1)  # a token is good for twelve, an assertion for one
_BEGIN = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class ServiceKey:
    service_account_id: str
    key_id: str
    private_key: Secret


def token(account: str, key: ServiceKey, *, refused: Secret | None = None, patience: Patience | None = None) -> Secret:
    """The account's token. `refused`: one that the provider no longer accepts. Raises AiError.

    Whoever comes while another renews waits for the row and then finds the new one.
    The clock is the provider's, which the sandbox does not move.
    """
    now = timezone.now()
    AiAccount.objects.bulk_create([AiAccount(key=account)], ignore_conflicts=True)
    if _is_good(row := AiAccount.objects.get(key=account), refused):
        return row.token
    with transaction.atomic():
        row = AiAccount.objects.select_for_update().get(key=account)
        if _is_good(row, refused):
            return row.token
        row.token, row.token_renew_at = _fresh(key, patience), now + RENEWED_EVERY
        row.save(update_fields=["token", "token_renew_at"])
    return row.token


def _is_good(row: AiAccount, refused: Secret | None) -> bool:
    return bool(row.token) and row.token != refused and (row.token_renew_at or timezone.now()) > timezone.now()


def _fresh(key: ServiceKey, patience: Patience | None) -> Secret:
    url = f"{settings.YANDEX_IAM_URL}/iam/v1/tokens"
    try:
        jwt = assertion(key, int(timezone.now().timestamp()))
        answer = post(url, {"jwt": jwt}, Authorization("", Secret("")), patience=patience)
    except Refusal as refusal:
        if refusal.is_temporary:
            raise
        raise AiError(Trouble.WRONG_KEY, code=refusal.code) from None
    except AiError as error:
        raise AiError(error.trouble) from None  # a token costs nothing
    made = answer.get("iamToken") if isinstance(answer, dict) else None
    if not isinstance(made, str) or not made:
        raise AiError(Trouble.NONSENSE)
    return Secret(made)


def assertion(key: ServiceKey, issued: int) -> str:
    """A JWT signed with PS256 that asks for a token. Raises AiError for a key that is none."""
    head = {"typ": "JWT", "alg": "PS256", "kid": key.key_id}
    claims = {"iss": key.service_account_id, "aud": AUDIENCE, "iat": issued, "exp": issued + 3_600}
    signed = f"{_encoded(head)}.{_encoded(claims)}"
    # Yandex itself asks for a salt as long as the digest, as RFC 7518 does.
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    signature = _private_key(key.private_key).sign(signed.encode(), pss, hashes.SHA256())
    return f"{signed}.{_base64(signature)}"


def _private_key(secret: Secret) -> rsa.RSAPrivateKey:
    """Yandex puts a line «PLEASE DO NOT REMOVE THIS LINE!» before the key."""
    pem = secret.reveal().replace("\\n", "\n")
    try:
        key = serialization.load_pem_private_key(pem[max(pem.find(_BEGIN), 0) :].encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise AiError(Trouble.BAD_KEY_FILE) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise AiError(Trouble.BAD_KEY_FILE)
    return key


def _encoded(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
