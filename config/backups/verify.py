"""The only proof of a backup: it is restored, and everything is there. Nothing of it stays."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.backups import check, manifest, shelf
from config.backups.address import Address
from config.backups.database import load
from config.backups.manifest import Manifest
from config.backups.media import survey
from config.backups.server import SCRATCH, Server


@dataclass(frozen=True)
class Proof:
    manifest: Manifest
    seconds: float


def verify(
    *, folder: Path, server: Server, address: Address, key_file: Path | None, now: datetime, say: Callable[[str], None]
) -> Proof:
    """Under the server's lock. Raises BackupError."""
    began = time.monotonic()
    server.sweep()
    shelf.sweep()  # decrypted copies of a killed check
    whole = manifest.read(folder)
    say("files…")
    check.files(folder, whole)
    check.fits(whole, server, address)
    with check.unsealed(folder, whole.media, key_file) as archive, archive.open("rb") as file:
        check.media(survey(file), whole)
    scratch = server.create(SCRATCH, now)
    try:
        say("pg_restore…")
        with check.unsealed(folder, whole.database, key_file) as dump:
            load(dump, scratch, jobs=jobs())
        say("checksums…")
        check.database(scratch, whole)
    finally:
        server.drop(scratch.name)
    proof = Proof(whole, round(time.monotonic() - began, 1))
    _note(folder, proof, now)
    return proof


def jobs() -> int:
    return max(1, min(4, os.cpu_count() or 1))


def proven_at(folder: Path) -> datetime | None:
    """When the backup was last restored and found whole. Beside it, because the rows may be lost."""
    try:
        return datetime.fromisoformat(json.loads((folder / shelf.PROOF).read_text())["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note(folder: Path, proof: Proof, now: datetime) -> None:
    (folder / shelf.PROOF).write_text(json.dumps({"at": now.isoformat(), "seconds": proof.seconds}))
