"""What a backup holds, as JSON beside it. No secrets: it is never encrypted."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.backups.errors import BackupError

NAME = "manifest.json"
FORMAT = 1
LARGEST = 4 * 1024 * 1024  # bytes
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(pattern=r"^[a-z]+\.(dump|tar)(\.age)?$")]
    bytes: Count
    sha256: str


class Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int
    made_at: datetime
    seconds: float
    encrypted: bool
    database: Part
    media: Part
    database_bytes: Count  # as it lies on the server
    media_bytes: Count
    media_files: Count
    role: str  # that owns the tables and stands in the policies
    wall: str  # checksum of policies, owners and rights
    tables: dict[str, tuple[Count, str]]  # rows, checksum
    migrations: dict[str, list[str]]
    versions: dict[str, str]  # python, django, postgresql, pg_dump

    @property
    def rows(self) -> int:
        return sum(rows for rows, _checksum in self.tables.values())

    @property
    def bytes(self) -> int:
        return self.database.bytes + self.media.bytes

    @property
    def server_version(self) -> int:
        return int(self.versions["postgresql"].partition(".")[0])


def write(manifest: Manifest, folder: Path) -> bytes:
    text = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1).encode() + b"\n"
    (folder / NAME).write_bytes(text)
    return text


def read(folder: Path) -> Manifest:
    """Raises BackupError."""
    path = folder / NAME
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            text = _("%(name)s was made by another version of the product (format %(format)s).")
            raise BackupError(text % {"name": folder.name, "format": data["format"]})
        return Manifest.model_validate(data)
    except FileNotFoundError:
        raise BackupError(_("%(name)s is no backup: it has no manifest.json.") % {"name": folder.name}) from None
    except (ValueError, TypeError, KeyError, ValidationError):
        raise BackupError(_("The manifest of %(name)s is damaged.") % {"name": folder.name}) from None
