"""Back from a backup: everything is made beside what is there, checked, and only then put in its place.

Killed before the last step, what was there is untouched; what was replaced is kept under another name.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from config.backups import check, manifest, media, settling, shelf
from config.backups.address import Address, django_at
from config.backups.database import analyze, is_empty, load
from config.backups.errors import BackupError
from config.backups.manifest import Manifest
from config.backups.server import BEFORE, DRAFT, Server, beside
from config.backups.settling import Settled
from config.backups.verify import jobs


@dataclass(frozen=True)
class Wish:
    """`replace`: the database may have tables. `start`: bots that ran when the backup was made run again at once.
    `moved`: the installation had stopped before the backup was made, and goes on here.
    """

    folder: Path
    key_file: Path | None = None
    with_media: bool = True
    replace: bool = False
    start: bool = False
    moved: bool = False


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    settled: Settled
    kept_database: str  # the name of what was replaced; empty if there was nothing
    kept_media: str


def restore(*, wish: Wish, server: Server, address: Address, now: datetime, say: Callable[[str], None]) -> Restored:
    """Under the server's lock. Raises BackupError; then nothing has changed."""
    server.sweep()
    if wish.with_media:  # --into holds the lock of another database: here a backup may be growing
        _sweep_files()
    whole = manifest.read(wish.folder)
    say(_("Checking the files…"))
    check.files(wish.folder, whole)
    check.fits(whole, server, address)
    _check_target(server, address, wish)
    new_media = _media_beside(now)
    draft = server.create(DRAFT, now)
    try:
        if wish.with_media:
            say(_("Unpacking the media…"))
            _unpack(wish, whole, new_media)
        settled = _fill(wish, whole, draft, now, say)
        return _put_in_place(wish, whole, settled, server, draft, new_media, now)
    finally:
        server.drop(draft.name)  # nothing any more if it has got its name
        shutil.rmtree(new_media, ignore_errors=True)


def _check_target(server: Server, address: Address, wish: Wish) -> None:
    if not server.exists(address.name):
        return
    if not wish.replace and not is_empty(address):
        text = _("The database %(name)s is not empty. With --replace it is kept under another name and replaced.")
        raise BackupError(text % {"name": address.name})
    _check_nobody_is_in(server, address)


def _check_nobody_is_in(server: Server, address: Address) -> None:
    sessions = server.sessions(address.name)
    if sessions:
        text = _("%(count)s programs still work with the database %(name)s. Stop web, bots, workers and beat first.")
        raise BackupError(text % {"count": sessions, "name": address.name})


def _unpack(wish: Wish, whole: Manifest, into: Path) -> None:
    with check.unsealed(wish.folder, whole.media, wish.key_file) as archive, archive.open("rb") as file:
        check.media(media.unpack(file, into), whole)


def _fill(wish: Wish, whole: Manifest, draft: Address, now: datetime, say: Callable[[str], None]) -> Settled:
    say(_("Restoring the database…"))
    with check.unsealed(wish.folder, whole.database, wish.key_file) as dump:
        load(dump, draft, jobs=jobs())
    say(_("Comparing every table with the manifest…"))
    check.database(draft, whole)
    analyze(draft)
    with django_at(draft):
        say(_("Migrating, and settling what must not be sent again…"))
        call_command("migrate", verbosity=0, interactive=False)
        return settling.carry_on() if wish.moved else settling.settle(now=now, start=wish.start)


def _put_in_place(
    wish: Wish, whole: Manifest, settled: Settled, server: Server, draft: Address, new_media: Path, now: datetime
) -> Restored:
    name, root = server.address.name, Path(settings.MEDIA_ROOT)
    before, before_media = beside(name, BEFORE, now), root.with_name(f"{root.name}{BEFORE}{now:%Y%m%d%H%M%S}")
    had_database, had_media = server.exists(name), wish.with_media and root.exists()
    if had_database:
        _check_nobody_is_in(server, server.address)
    if wish.with_media:
        media.swap(new_media, root, before_media)
    if had_database:
        server.rename(name, before)
    server.rename(draft.name, name)
    return Restored(whole, settled, before if had_database else "", str(before_media) if had_media else "")


def _sweep_files() -> None:
    """What a killed one has decrypted and unpacked."""
    shelf.sweep()
    root = Path(settings.MEDIA_ROOT)
    for left in root.parent.glob(f"{root.name}{DRAFT}*"):
        shutil.rmtree(left)


def _media_beside(now: datetime) -> Path:
    root = Path(settings.MEDIA_ROOT)
    return root.with_name(f"{root.name}{DRAFT}{now:%Y%m%d%H%M%S}")
