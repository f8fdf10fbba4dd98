"""The second factor of a web login: codes of an app (RFC 6238) and backup codes, each of which works once."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

from django.contrib.auth.models import User
from django.db import transaction
from django_otp.oath import TOTP

from partners.fields import Secret
from partners.models import AuditEntry, Authenticator
from partners.services.audit import record

Action = AuditEntry.Action
BACKUP_CODES = 10
STEPS_EITHER_WAY = 1  # of 30 seconds, for phones whose clock is off
ISSUER = "Curator"


class Locked(Exception):
    """Too many wrong codes: wait `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def begun(*, user: User, now: datetime) -> Authenticator:
    """The secret that waits for its first code; the same one until then, so a reloaded page fits the app."""
    found, _created = Authenticator.objects.get_or_create(
        user=user,
        defaults={"name": "app", "confirmed": False, "secret": Secret(secrets.token_hex(20)), "added_at": now},
    )
    authenticator: Authenticator = found
    return authenticator


def provisioning_url(authenticator: Authenticator) -> str:
    """What the QR picture says to the app."""
    label = quote(f"{ISSUER}:{authenticator.user.get_username()}")
    return f"otpauth://totp/{label}?" + urlencode({"secret": typed_secret(authenticator), "issuer": ISSUER})


def typed_secret(authenticator: Authenticator) -> str:
    return b32encode(bytes.fromhex(authenticator.secret.reveal())).decode()


def confirm(*, user: User, code: str, now: datetime, address: str) -> list[str] | None:
    """Switches the second factor on; the backup codes, or None after a wrong code. Raises Locked."""
    with transaction.atomic():
        authenticator = _locked_row(user)
        if authenticator is None or authenticator.confirmed or not _takes(authenticator, code, now, backup=False):
            return None
        authenticator.confirmed, authenticator.added_at = True, now
        codes = _new_codes(authenticator)
        record(actor=user, action=Action.FACTOR_ON, about=user, address=address, now=now)
        return codes


def check(*, user: User, code: str, now: datetime, address: str) -> Authenticator | None:
    """The authenticator that this code opens. Raises Locked."""
    with transaction.atomic():
        authenticator = _locked_row(user)
        if authenticator is None or not authenticator.confirmed:
            return None
        if _takes(authenticator, code, now, backup=True):
            return authenticator
        record(actor=user, action=Action.FACTOR_FAILED, about=user, address=address, now=now)
        return None


def renew_codes(*, user: User, now: datetime, address: str) -> list[str]:
    """The old ones stop working."""
    with transaction.atomic():
        authenticator = Authenticator.objects.select_for_update().get(user=user, confirmed=True)
        codes = _new_codes(authenticator)
        record(actor=user, action=Action.FACTOR_CODES, about=user, address=address, now=now)
        return codes


def reset(*, user: User, by: User | None, now: datetime, address: str = "") -> bool:
    """Removes it, for somebody who has lost phone and codes; False: there was none."""
    with transaction.atomic():
        count, _rows = Authenticator.objects.filter(user=user).delete()
        if count:
            record(actor=by, action=Action.FACTOR_OFF, about=user, address=address, now=now)
        return bool(count)


def is_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, confirmed=True).exists())


def _locked_row(user: User) -> Authenticator | None:
    found: Authenticator | None = Authenticator.objects.select_for_update().filter(user=user).first()
    return found


def _takes(authenticator: Authenticator, code: str, now: datetime, *, backup: bool) -> bool:
    allowed, why = authenticator.verify_is_allowed()
    if not allowed:
        raise Locked(max(1, round((why["locked_until"] - now).total_seconds())))
    code = "".join(code.split()).replace("-", "").lower()[:32]
    fits = _is_current(authenticator, code, now) or (backup and _uses_up(authenticator, code))
    if fits:
        authenticator.throttle_reset(commit=False)
        authenticator.save()
    else:
        authenticator.throttle_increment()
    return fits


def _is_current(authenticator: Authenticator, code: str, now: datetime) -> bool:
    if not (len(code) == 6 and code.isascii() and code.isdecimal()):
        return False
    totp = TOTP(bytes.fromhex(authenticator.secret.reveal()))
    totp.time = now.timestamp()
    if not totp.verify(int(code), STEPS_EITHER_WAY, authenticator.last_step + 1):
        return False
    authenticator.last_step = totp.t()
    return True


def _uses_up(authenticator: Authenticator, code: str) -> bool:
    digest = _digest(code)
    if digest not in authenticator.backup_digests:
        return False
    authenticator.backup_digests = [each for each in authenticator.backup_digests if each != digest]
    return True


def _new_codes(authenticator: Authenticator) -> list[str]:
    codes = [secrets.token_hex(5) for _number in range(BACKUP_CODES)]
    authenticator.backup_digests = [_digest(code) for code in codes]
    authenticator.save()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(code: str) -> str:
    """Forty random bits behind a throttle: nothing is gained by a slow hash."""
    return hashlib.sha256(code.encode()).hexdigest()
