import os
import string
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils.translation import override
from pytest_django import Settings

from config.celery import app
from config.checks import broker_is_known, public_url_is_public

ROOT = Path(__file__).resolve().parents[2]
KEY = "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="


def manage(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    production = {
        "DEBUG": "0",
        "SECRET_KEY": string.ascii_letters * 2,
        "FIELD_ENCRYPTION_KEYS": KEY,
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": "https://curator.example",
    }
    elsewhere = {
        "DATABASE_URL": "postgresql://curator@127.0.0.1:9/curator",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], **production, **elsewhere, **variables},
    )  # fmt: skip


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"])
def test_a_missing_secret_in_production_is_a_sentence(tmp_path: Path, name: str) -> None:
    finished = manage(tmp_path, "check", **{name: ""})
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"manage.py: {name} is not set.")
    assert "make secrets" in finished.stderr


def test_a_wrong_encryption_key_is_an_error_that_does_not_show_it(tmp_path: Path) -> None:
    finished = manage(tmp_path, "check", FIELD_ENCRYPTION_KEYS=f"{KEY},short-key", LANGUAGE_CODE="en")
    assert finished.returncode == 1
    assert "Key 2 of FIELD_ENCRYPTION_KEYS is not a Fernet key." in finished.stderr
    assert "short-key" not in finished.stderr


def test_development_needs_no_secrets(tmp_path: Path) -> None:
    finished = manage(tmp_path, "check", DEBUG="1", SECRET_KEY="", FIELD_ENCRYPTION_KEYS="")
    assert finished.returncode == 0, finished.stderr


def test_a_public_https_address_switches_the_protections_on(tmp_path: Path) -> None:
    finished = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", PUBLIC_URL="https://curator.example")
    assert finished.returncode == 0, finished.stderr


def test_in_production_cookies_go_over_https_only_and_the_second_factor_is_required(tmp_path: Path) -> None:
    names = (
        "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY SECURE_SSL_REDIRECT "
        "SECOND_FACTOR_REQUIRED"
    )
    show = f"from django.conf import settings as s; print(*[getattr(s, n) for n in '{names}'.split()])"
    assert {*manage(tmp_path, "shell", "--no-imports", "-c", show).stdout.split()} == {"True"}
    show = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS, s.LOGIN_TRIES)"
    assert manage(tmp_path, "shell", "--no-imports", "-c", show).stdout.split() == ["__Host-session", "31536000", "5"]


def test_in_development_the_second_factor_is_offered(tmp_path: Path) -> None:
    show = "from django.conf import settings as s; print(s.SECOND_FACTOR_REQUIRED, s.SESSION_COOKIE_SECURE)"
    finished = manage(tmp_path, "shell", "--no-imports", "-c", show, DEBUG="1", PUBLIC_URL="http://127.0.0.1:8000")
    assert finished.stdout.split() == ["False", "False"]


def test_the_sandbox_is_not_put_on_the_network_in_production(tmp_path: Path) -> None:
    finished = manage(tmp_path, "sandbox", "--host", "0.0.0.0", LANGUAGE_CODE="en")
    assert finished.returncode == 1
    assert "anybody" in finished.stderr


def test_servers_of_ones_own_are_used_when_set(tmp_path: Path) -> None:
    show = "from django.conf import settings as s; print(s.DATABASES['default']['HOST'], s.CELERY_BROKER_URL)"
    finished = manage(tmp_path, "shell", "--no-imports", "-c", show)
    assert finished.stdout.split() == ["127.0.0.1", "redis://127.0.0.1:9/0"]
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://curator.example", "https://localhost"])
def test_buttons_need_an_address_that_telegram_accepts(settings: Settings, url: str) -> None:
    settings.PUBLIC_URL, settings.TELEGRAM_API_URL = url, "https://api.telegram.org"
    with override("en"):
        (error,) = public_url_is_public()
    assert f"PUBLIC_URL is {url}, but Telegram accepts only https links" in error.msg
    settings.TELEGRAM_API_URL = "http://127.0.0.1:8081"
    assert public_url_is_public() == []


def test_rabbitmq_may_be_the_broker_and_no_results_are_kept(tmp_path: Path) -> None:
    told = "from config.celery import app; print(app.connection_for_write().transport_cls, app.conf.result_backend)"
    finished = manage(
        tmp_path, "shell", "--no-imports", "-c", told, CELERY_BROKER_URL="amqp://curator:hidden@127.0.0.1:9/x"
    )
    assert finished.stdout.split() == ["amqp", "None"], finished.stderr


def test_beat_and_workers_wait_for_their_broker_without_end() -> None:
    conf = app.conf
    assert (conf.broker_connection_max_retries, conf.task_publish_retry_policy["max_retries"]) == (None, None)
    assert conf.task_default_delivery_mode == "transient"


def test_a_broker_of_another_kind_is_an_error_that_shows_no_password(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "kafka://curator:hidden@127.0.0.1:9"
    with override("en"):
        (error,) = broker_is_known()
    assert (error.id, "kafka" in error.msg, "hidden" in str(error)) == ("config.E004", True, False)
