"""Secrets of a development installation: made once, kept readable by their owner only."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def development_secret(data_dir: Path, name: str) -> str:
    """The value kept in DATA_DIR/secrets/<name>, made on the first call."""
    path = data_dir / "secrets" / name
    if not path.exists():
        _create(path, Fernet.generate_key().decode() if name == "FIELD_ENCRYPTION_KEYS" else secrets.token_urlsafe(48))
    return path.read_text().strip()


def _create(path: Path, value: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(value)
    try:
        # link, not rename: of two processes that start at once, the first one's secret stays
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
