"""No command shows a secret: not when it works, not when it fails, not in the log, not in a traceback."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from partners import tenancy
from partners.models import Bot
from tests.factories import make_bot
from tests.partners.test_folders import CONFIG_YAML, ENV, PEM, TOKEN, make_folder

pytestmark = pytest.mark.django_db

API_KEY = "AQVNcanary0123456789"
SECRETS = (TOKEN.partition(":")[2], API_KEY, PEM.splitlines()[1])
FULL_ENV = ENV + f"YANDEX_API_KEY={API_KEY}\n"


@pytest.fixture
def printed(caplog: pytest.LogCaptureFixture) -> Callable[..., str]:
    """Everything that a command lets a person see; checked for secrets on the way."""

    def run(*arguments: Any, **options: Any) -> str:
        out = StringIO()
        try:
            call_command(*map(str, arguments), stdout=out, stderr=out, **options)
        except Exception:
            out.write(traceback.format_exc())
        seen = out.getvalue() + caplog.text
        assert [secret for secret in SECRETS if secret in seen] == []
        return seen

    caplog.set_level("DEBUG")
    return run


def test_commands_that_work(printed: Callable[..., str], tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "anna", env=FULL_ENV)
    assert "anna" in printed("import_partner", folder)
    assert "anna" in printed("manage_partners", "list")
    assert "anna" in printed("manage_partners", "status")
    assert "anna" in printed("manage_partners", "restart", "anna", timeout=0)
    assert "anna" in printed("export_partner", "anna", tmp_path / "out")
    assert "Bot.token" in printed("rotate_encryption_keys")
    assert SECRETS[0] in (tmp_path / "out" / ".env").read_text()


def test_commands_that_fail(printed: Callable[..., str], tmp_path: Path, settings: Settings) -> None:
    make_bot(token=TOKEN)
    assert "CURATOR_BOT_TOKEN" in printed("import_partner", make_folder(tmp_path / "anna", env=FULL_ENV))
    file = tmp_path / "anna.yaml"
    file.write_text(CONFIG_YAML.replace("telegram:\n", f"telegram:\n  bot_token: {TOKEN}\n"))
    assert "bot_token" in printed("create_partner", config=file)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert "FIELD_ENCRYPTION_KEYS" in printed("rotate_encryption_keys")
    assert "7000000077" not in printed("manage_partners", "list")


@pytest.mark.parametrize("key", ["PARTNER_ID", "GROUP_ID", "ADMIN_TELEGRAM_IDS", "NL_SHOP_LINK", "TOPIC_PRODUCT", "X"])
@pytest.mark.parametrize("secret", [TOKEN, f"'{TOKEN}", f'"{TOKEN}" {API_KEY}', f"{TOKEN} # {API_KEY}'"])
def test_a_secret_in_the_wrong_line(printed: Callable[..., str], tmp_path: Path, key: str, secret: str) -> None:
    printed("import_partner", make_folder(tmp_path / "anna", env=f"{key}={secret}\n{secret}\n"))
    printed("import_partner", make_folder(tmp_path / "anna", env=f"{key}={secret}\n"))
    config = CONFIG_YAML.replace("  id: anna", f"  id: {secret}")
    printed("import_partner", make_folder(tmp_path / "anna", config, "BOT_CONTACT=@anna_petrova\n"))
    with tenancy.all_partners():
        assert not Bot.objects.exists()
