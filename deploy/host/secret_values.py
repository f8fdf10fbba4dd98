#!/usr/bin/python3
"""Secrets that the settings need and that nobody has set: made here, once, and never shown.

curator-secrets /etc/curator/env
"""

import base64
import os
import secrets
import sys
import tempfile
from pathlib import Path


def fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


MAKERS = {"SECRET_KEY": lambda: secrets.token_urlsafe(48), "FIELD_ENCRYPTION_KEYS": fernet_key}


def main(path: Path) -> None:
    lines = path.read_text().splitlines()
    there = {name for name, _equals, value in (line.partition("=") for line in lines) if value.strip()}
    missing = [name for name in MAKERS if name not in there]
    if not missing:
        return
    kept = [line for line in lines if line.partition("=")[0] not in missing]
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{line}\n" for line in [*kept, *(f"{name}={MAKERS[name]()}" for name in missing)])
        os.fsync(file.fileno())
    shape = path.stat()
    os.chown(draft, shape.st_uid, shape.st_gid)
    os.chmod(draft, shape.st_mode & 0o777)
    Path(draft).replace(path)
    print("made:", *missing)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
