"""Several files are brought to the library at once, and each tells what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_admin import PHONE, follow, log_in
from tests.factories import make_partner
from tests.personas import owner
from tests.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_owner_uploads_several_files_on_a_phone(page: Any, live_server: Any, tmp_path: Path) -> None:
    files = {"a.jpg": picture(400, 300), "b.png": picture(30, 30, kind="PNG"), "c.jpg": b"<?php"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    log_in(page, live_server, owner(make_partner("anna")).username)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/content/mediaitem/")
    page.locator(".library-bring > summary").click()
    page.set_input_files("#library-upload [name=files]", [str(tmp_path / name) for name in (*files, "a.jpg")])
    page.locator("#library-upload > button").click()
    page.locator("#library-done").wait_for()
    rows = page.locator("#library-files li")
    tones = [rows.nth(number).locator("span").get_attribute("class") for number in range(4)]
    assert tones == ["tone-good", "tone-good", "tone-bad", "tone-wait"]
    follow(page.locator("#library-done a"))
    page.locator(".library img").nth(1).wait_for()
    loaded = "images => images.map(image => image.decode().then(() => image.naturalWidth))"
    assert page.locator(".library img").count() == 2
    widths = page.evaluate("() => Promise.all(" + f"({loaded})([...document.querySelectorAll('.library img')]))")
    assert sorted(widths) == [30, 320]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
