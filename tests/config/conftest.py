from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def servers_dir() -> Iterator[Path]:
    """For servers of a test's own. Not under tmp_path: every pytest that starts closes its directory to other
    users, and PostgreSQL runs as another user when the tests run as root.
    """
    with tempfile.TemporaryDirectory(prefix="curator-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)
