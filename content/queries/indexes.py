"""The index files of every owner under DATA_DIR/knowledge/: built from the stored passages, opened memory-mapped.

A version that is not there yet is not waited for while an older one is: `refresh` runs every few seconds.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max

from content.knowledge.distinct import distinct
from content.knowledge.index import Entry, Index, build
from content.knowledge.pieces import context
from content.models import Chunk, Document
from content.models.knowledge import owned_by

FORMAT = 1  # counts up when the files are built in another way

_opened: dict[Path, Index] = {}
_opening = threading.Lock()


def index_for(owner: int | None) -> Index:
    """Of a partner, or of the network (None). Behind a door that sees the owner's documents."""
    wanted = _folder(owner) / _version(owner)
    if not wanted.is_dir():
        newest = max(_versions(owner), key=lambda folder: folder.stat().st_mtime, default=None)
        wanted = newest or _written(owner, wanted)
    try:
        return _open(wanted)
    except (OSError, ValueError):  # another process has just cleaned up, or a disk was full
        shutil.rmtree(wanted, ignore_errors=True)
        return _open(_written(owner, _folder(owner) / _version(owner)))


def refresh(owner: int | None) -> bool:
    """Builds the newest version unless it is there, and removes the others. False if there was nothing to do."""
    wanted = _folder(owner) / _version(owner)
    _folder(owner).mkdir(parents=True, exist_ok=True)
    with _alone(_folder(owner)) as alone:
        if not alone:
            return False
        built = not wanted.is_dir()
        if built:
            _written(owner, wanted)
        for folder in _versions(owner):
            if folder != wanted:
                shutil.rmtree(folder, ignore_errors=True)  # who has it open reads on
        return built


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """A large index takes longer than the next tick: one process at a time builds it."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _folder(owner: int | None) -> Path:
    return Path(settings.DATA_DIR) / "knowledge" / ("network" if owner is None else str(owner))


def _versions(owner: int | None) -> list[Path]:
    folder = _folder(owner)
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []


def _version(owner: int | None) -> str:
    state = Document.objects.filter(owned_by(owner)).aggregate(count=Count("pk"), changed=Max("changed_at"))
    changed = int(state["changed"].timestamp() * 1_000_000) if state["changed"] else 0
    return f"{FORMAT}-{state['count']}-{changed}"


def _open(folder: Path) -> Index:
    with _opening:
        if folder not in _opened:
            index = Index.load(folder)
            for other in [path for path in _opened if path.parent == folder.parent]:
                del _opened[other]
            _opened[folder] = index
        return _opened[folder]


def _written(owner: int | None, wanted: Path) -> Path:
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wanted.parent, prefix=".") as scratch:
        made = Path(scratch) / "index"
        build(distinct(list(entries_of(owner)))).save(made)
        with suppress(OSError):  # somebody else was quicker
            made.rename(wanted)
    return wanted


def entries_of(owner: int | None) -> Iterator[Entry]:
    rows = Chunk.objects.filter(owned_by(owner), document__retired_at=None).select_related("document")
    for chunk in rows.defer("text", "embedding", "document__text").order_by("document_id", "position"):
        document = chunk.document
        day = document.as_of or document.updated_on or document.created_on
        yield Entry(
            chunk=chunk.pk,
            document=document.pk,
            title=context(document.title, document.path),
            headings=tuple(chunk.headings),
            text=chunk.readable,
            day=day.toordinal() if day else 0,
            expires=document.expires_on.toordinal() if document.expires_on else 0,
        )
