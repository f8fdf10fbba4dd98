from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.wish import Target
from tests.deploy.sshd import serving


def programs(folder: Path) -> Path:
    shutil.copy(Path(__file__).parent / "standins" / "systemctl", folder)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    path = f"{programs(tmp_path_factory.mktemp('programs'))}:{os.environ['PATH']}"
    with serving(tmp_path_factory.mktemp("sshd"), path) as target:
        yield target
