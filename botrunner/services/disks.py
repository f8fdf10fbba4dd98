"""The disks of the machine that looks."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from django.conf import settings

from botrunner.capacity.load import Disk

LEAST_FREE, LEAST_BYTES = 0.10, 2 * 2**30
POSTGRES = Path("/var/lib/postgresql")  # where Debian keeps it, if it is on this machine


def disks() -> list[Disk]:
    """Those with our data, each once."""
    seen: dict[int, Disk] = {}
    for folder in (settings.DATA_DIR, settings.BACKUP_DIR, POSTGRES):
        if folder.exists() and (device := folder.stat().st_dev) not in seen:
            usage = shutil.disk_usage(folder)
            where, least = f"{socket.gethostname()}:{folder}"[:120], max(LEAST_BYTES, round(usage.total * LEAST_FREE))
            seen[device] = Disk(where, usage.free, usage.total, least)
    return list(seen.values())
