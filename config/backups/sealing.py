"""Files of a backup: hashed while they are written, and sealed for the holder of a private key.

The format is age's (age-encryption.org): the `age` program opens the files as well.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage
from django.utils.translation import gettext as _

from config.backups.errors import BackupError

CHUNK = 1 << 20
SUFFIX = ".age"


class Hashing:
    """A file that knows how long it is and what its checksum is. The disk has it when it is closed."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], None] = lambda _bytes: None) -> None:
        self.file, self.progress = file, progress
        self.digest, self.bytes = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.file.write(data)
        self.digest.update(data)
        self.bytes += len(data)
        self.progress(self.bytes)
        return len(data)

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())


def recipients(public_keys: Sequence[str]) -> list[Any]:
    """Of age keys (age1…) or of SSH keys. Raises BackupError."""
    try:
        return [
            pyrage.ssh.Recipient.from_str(key) if key.startswith("ssh-") else pyrage.x25519.Recipient.from_str(key)
            for key in public_keys
        ]
    except pyrage.RecipientError:
        text = _("BACKUP_PUBLIC_KEYS holds something that is no public key: they begin with age1 or ssh-.")
        raise BackupError(text) from None


def identities(key_file: Path | None) -> list[Any]:
    """The private keys of the file, one a line. Raises BackupError, which never shows what stands there."""
    if key_file is None:
        raise BackupError(_("The backup is encrypted. Name the file with the private key: --key FILE"))
    try:
        text = key_file.read_text()
        if "PRIVATE KEY" in text:
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        lines = [line.strip() for line in text.splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and line[0] != "#"]
    except OSError as error:
        raise BackupError(_("The file with the private key can't be read: %(why)s") % {"why": error.strerror}) from None
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise BackupError(_("The file with the private key holds something else.")) from None
    if not found:
        raise BackupError(_("The file with the private key is empty."))
    return found


@contextmanager
def writing(
    path: Path, keys: Sequence[Any], progress: Callable[[int], None] = lambda _bytes: None
) -> Iterator[tuple[IO[bytes], Hashing]]:
    """(where to write, what becomes of it): the second one is complete behind the block."""
    with path.open("xb") as file:
        hashing = Hashing(file, progress)
        if keys:
            with _piped(lambda source: pyrage.encrypt_io(source, hashing, keys)) as sink:
                yield sink, hashing
        else:
            yield hashing, hashing  # type: ignore[misc]  # all that a writer of bytes is asked for
        hashing.close()


def opened(sealed: Path, to: Path, key_file: Path | None) -> None:
    """Raises BackupError for the wrong key, and for a file that was cut off or changed."""
    keys = identities(key_file)
    try:
        with sealed.open("rb") as source, to.open("xb") as target:
            os.fchmod(target.fileno(), 0o600)
            pyrage.decrypt_io(source, target, keys)
    except pyrage.DecryptError:
        text = _("%(file)s can't be decrypted: the private key is not the one, or the file is damaged.")
        raise BackupError(text % {"file": sealed.name}) from None


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _piped(read: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """A writer for a library that wants to read."""
    out, into = os.pipe()
    failures: list[BaseException] = []

    def reader() -> None:
        with os.fdopen(out, "rb") as source:
            try:
                read(source)
            except BaseException as error:
                failures.append(error)

    thread = threading.Thread(target=reader, daemon=True)
    thread.start()
    try:
        with os.fdopen(into, "wb", CHUNK) as sink:
            yield sink
    finally:
        thread.join()
    if failures:
        raise failures[0]
