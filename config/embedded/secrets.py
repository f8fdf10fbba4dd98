"""Secrets of a development installation: made once, kept readable by their owner only."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet


def development_secret(data_dir: Path, name: str) -> str:
    """The value kept in DATA_DIR/secrets/<name>, made on the first call."""
    path = data_dir / "secrets" / name
    if not path.exists():
        _create(
            path,
            Fernet.generate_key().decode() if name == "FIELD_ENCRYPTION_KEYS" else secrets.token_urlsafe(48),
        )
    return path.read_text().strip()


def _create(path: Path, value: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # readable by its owner only
        draft.write(value)
        draft.flush()
        # link, not rename: of two processes that start at once, the first one's secret stays
        with suppress(FileExistsError):
            os.link(draft.name, path)
