"""The product's settings in an environment of the tests' own, apart from the developer's .env and data."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# xdist workers and programs that a test starts inherit these.
os.environ.setdefault("CURATOR_TEST_RUN", str(os.getpid()))
LOGS = ROOT / "var" / "test" / "logs" / os.environ["CURATOR_TEST_RUN"]
os.environ.update(
    DEBUG="0",
    SECRET_KEY="only-for-tests-only-for-tests-only-for-tests-0123456789",
    FIELD_ENCRYPTION_KEYS="dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    DATA_DIR=str(ROOT / "var" / "test"),
    # Of this process and those that it starts; searched at the end for what may not be there, see tests/canary.py.
    LOG_DIR=str(LOGS / os.environ.get("PYTEST_XDIST_WORKER", "alone")),
    PUBLIC_URL="http://curator.example",  # Telegram refuses buttons to names without a dot
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    TELEGRAM_API_URL="http://127.0.0.1:9",
    SECOND_FACTOR_REQUIRED="0",  # only the tests about it set one up
    LOGIN_TRIES="0",
    LOGIN_TRIES_ADDRESS="0",
    LANGUAGE_CODE="ru",
    TIME_ZONE="Europe/Moscow",
    DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright's sync API keeps an event loop in the test's thread
)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

# Several runs may go on at once on one server, each with databases of its own.
DATABASES["default"]["TEST"] = {"NAME": f"test_curator_{os.environ['CURATOR_TEST_RUN']}"}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "options": "-c synchronous_commit=off",
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # the browser tests' static files, without collectstatic
