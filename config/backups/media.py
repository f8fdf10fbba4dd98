"""The uploaded files as a tar that is never held in memory."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from config.backups.errors import BackupError


@dataclass(frozen=True)
class Amount:
    files: int
    bytes: int


def amount(root: Path) -> Amount:
    sizes = [size for _path, size in _files(root)]
    return Amount(len(sizes), sum(sizes))


def pack(root: Path, into: IO[bytes]) -> Amount:
    """What was deleted meanwhile is left out; files are never changed after they were stored."""
    files = size = 0
    with tarfile.open(fileobj=into, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path, _size in _files(root):
            with suppress(FileNotFoundError), path.open("rb") as file:
                info = tar.gettarinfo(arcname=path.relative_to(root).as_posix(), fileobj=file)
                tar.addfile(info, file)
                tar.members = []  # type: ignore[attr-defined]  # a million names are memory, too
                files, size = files + 1, size + info.size
    return Amount(files, size)


def unpack(archive: IO[bytes], into: Path) -> Amount:
    """Into a new folder. Names that lead out of it, links and devices are refused. Raises BackupError."""
    files = size = 0
    into.mkdir(parents=True)
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            for member in tar:
                if not member.isfile():
                    raise BackupError(_("The archive of media holds something that is no file."))
                _write(tar, member, into)
                files, size = files + 1, size + member.size
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(_("The archive of media is damaged: %(error)s") % {"error": error}) from None
    os.sync()
    return Amount(files, size)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Not by `extract`: in Debian 12's Python it has no filter. Nothing in `into` is a link."""
    path = Path(os.path.normpath(into / member.name))
    content = tar.extractfile(member)
    if content is None or into not in path.parents:
        raise tarfile.TarError(member.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)
    path.chmod(member.mode & 0o644)  # whatever the umask is: nginx reads them


def swap(new: Path, root: Path, before: Path) -> None:
    """`new` becomes the media; what was there is kept as `before`. Raises BackupError."""
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        if root.exists():
            root.rename(before)
        new.rename(root)
    except OSError as error:
        text = _("The media folder %(folder)s can't be replaced: %(why)s")
        raise BackupError(text % {"folder": root, "why": error.strerror}) from None


def _files(root: Path) -> Iterator[tuple[Path, int]]:
    """In the order of the file system: there may be very many."""
    for folder, _folders, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            with suppress(FileNotFoundError):
                if path.is_file() and not path.is_symlink():
                    yield path, path.stat().st_size


def survey(archive: IO[bytes]) -> Amount:
    """What `unpack` would write. Raises BackupError."""
    files = size = 0
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            for member in tar:
                files, size = files + 1, size + member.size
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(_("The archive of media is damaged: %(error)s") % {"error": error}) from None
    return Amount(files, size)
