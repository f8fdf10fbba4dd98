"""A canary's token, key, phone and words go through the whole product, and are found only where they live."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from config.backups import shelf
from funnels.tasks import find_questions
from partners.fields import Secret
from partners.models import Bot, Partner
from tests import canary
from tests.botrunner.disasters import until
from tests.botrunner.test_contacts import agreed
from tests.botrunner.walking import open_bot
from tests.database import places_of
from tests.funnels.curator import DELIVERY, write
from tests.partners.test_audit import save_partner
from tests.personas import client_of, operator, owner
from tests.runner import RunnerThread
from tests.telegram import SandboxServer
from tests.yandex import api_key_account, running_cloud

KEY = canary.secret("AQVNcanarybird0123456789abcdefghij")
PHONE = canary.phone("+79165550199")
PARTNERS_PHONE = canary.phone("+79165550188")  # stands in the partner's own folder
WORDS = canary.words("Сколько рабочих дней занимает доставка?")
LIVES_IN = {
    "botrunner_inboxupdate", "content_outboxmessage", "funnels_funnelevent", "funnels_leadmessage",
    "funnels_question", "partners_lead", "partners_partner",
}  # fmt: skip


@pytest.fixture
def partner(anna: Bot, settings: Settings, tmp_path: Path) -> Partner:
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    settings.DATA_DIR = tmp_path
    write(DELIVERY, "Доставка")
    api_key_account(anna.partner, api_key=Secret(KEY))
    return anna.partner


def leads_of_the_canary(tg: SandboxServer, caplog: pytest.LogCaptureFixture) -> None:
    """A question to a model that refuses the key and repeats it, and a contact."""
    chat = open_bot(tg, "Канарейка")
    chat.send(WORDS)
    until(lambda: find_questions() or "did not answer partner" in caplog.text, "the model was asked")
    other = agreed(tg, "Вторая")
    other.share_contact(PHONE)
    other.wait_text("оставить ещё и e-mail")


def broken_page(client: Client, secret: str) -> str:
    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "partners_lead" in sql:
            raise ValueError(f"{secret} {KEY} {PHONE} {WORDS}")
        return execute(sql, *rest)

    client.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        response = client.get("/admin/partners/lead/")
    assert response.status_code == 500
    return response.content.decode()


def book(client: Client, page: str) -> str:
    response = client.get(f"/analytics/{page}?format=xlsx")
    assert response.status_code == 200
    with zipfile.ZipFile(BytesIO(response.content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


def plain_part_of_a_backup() -> str:
    call_command("backup", stdout=StringIO())
    files = {file.name: file for file in shelf.find(shelf.LATEST).iterdir()}
    assert set(files) == {"database.dump", "media.tar", "manifest.json"}
    return files["manifest.json"].read_text()


def test_the_canary_is_found_only_where_it_lives(
    partner: Partner, anna: Bot, tg: SandboxServer, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = anna.token.reveal().partition(":")[2]
    with running_cloud(), RunnerThread(tg.url):
        leads_of_the_canary(tg, caplog)
    chief = client_of(operator())
    save_partner(operator(), partner, phone=PARTNERS_PHONE, quiet_from="21:00", quiet_to="10:00")
    call_command("export_partner", partner.slug, str(tmp_path / "out"), stdout=StringIO())
    shown = {
        "error page": broken_page(chief, secret),
        "metrics": Client().get("/metrics").content.decode(),
        "books": "".join(book(client_of(owner(partner)), page) for page in ("", "funnel/", "leads/")),
        "folder": (tmp_path / "out" / "config.yaml").read_text(),
        "backup": plain_part_of_a_backup(),
        "audit log": chief.get("/admin/partners/auditentry/").content.decode(),
    }
    hidden = (secret, KEY, PHONE[1:], PARTNERS_PHONE[1:], WORDS)
    found_in = {(place, needle) for place, text in shown.items() for needle in hidden if needle in text}
    assert found_in == {("folder", PARTNERS_PHONE[1:])}
    assert places_of(secret, KEY) == set()
    assert {table for table, _column, _needle in places_of(PHONE[1:], PARTNERS_PHONE[1:], WORDS)} <= LIVES_IN
    found = canary.search(Path(settings.LOG_DIR))
    assert [one for one in found if any(needle in one for needle in hidden)] == []
