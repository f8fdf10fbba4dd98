"""All settings come from the environment (or an .env file beside manage.py); see the table in README.md."""

import sys
from decimal import Decimal
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded, logs
from config.panel import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".release")  # written where a release is built
environ.Env.read_env(BASE_DIR / ".env")

DEBUG: bool = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()


def secret(name: str) -> str:
    """A secret from the environment; while DEBUG is on, one made once and kept under DATA_DIR."""
    value: str = env.str(name, default="")
    if value:
        return value
    if DEBUG:
        return embedded.development_secret(DATA_DIR, name)
    raise ImproperlyConfigured(f"{name} is not set. `make secrets` prints a new one for .env or the environment.")


SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])  # while a key is being changed
# How far the sandbox has moved the clock; in production it is always the real one.
SANDBOX_CLOCK: Path | None = DATA_DIR / "sandbox" / "clock" if DEBUG else None
FIELD_ENCRYPTION_KEYS = [key.strip() for key in secret("FIELD_ENCRYPTION_KEYS").split(",") if key.strip()]

PORT: int = env.int("PORT", default=8000)
SANDBOX_PORT: int = env.int("SANDBOX_PORT", default=8081)
PUBLIC_URL: str = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PARTNER_CONFIG: str = env.str("PARTNER_CONFIG", default="")  # a partner's folder: `runbots` runs that partner alone
VERSION: str = env.str("VERSION", default="")  # what runs here, as it is shown beside a runner
RUNNER_CAPACITY: int = env.int("RUNNER_CAPACITY", default=1_000)  # most bots of one `runbots`
TELEGRAM_API_URL: str = env.str("TELEGRAM_API_URL", default="https://api.telegram.org").rstrip("/")
WEBHOOK_URL: str = env.str("WEBHOOK_URL", default="").rstrip("/")  # what Telegram calls; for `runbots --webhook`
WEBHOOK_HOST: str = env.str("WEBHOOK_HOST", default="127.0.0.1")  # where `runbots --webhook` listens, behind nginx
WEBHOOK_PORT: int = env.int("WEBHOOK_PORT", default=8090)
TELEGRAM_RATE: float = env.float("TELEGRAM_RATE", default=28.5)  # messages a second of one bot
TELEGRAM_LINK_URL: str = env.str("TELEGRAM_LINK_URL", default="https://t.me").rstrip("/")
OPERATOR_TELEGRAM_IDS: list[int] = env.list("OPERATOR_TELEGRAM_IDS", cast=int, default=[])
OPERATORS_EMAILS: list[str] = env.list("OPERATORS_EMAILS", default=[])  # who is mailed about incidents
# smtp+tls://user:password@host:587; unset, nothing is mailed.
_mail = env.email("EMAIL_URL", default="dummymail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default=EMAIL_HOST_USER or "curator@localhost")
YANDEX_LLM_URL: str = env.str("YANDEX_LLM_URL", default="https://llm.api.cloud.yandex.net").rstrip("/")
YANDEX_IAM_URL: str = env.str("YANDEX_IAM_URL", default="https://iam.api.cloud.yandex.net").rstrip("/")
# The network's own accounts, for partners who have none; without any, answers are quoted from the documents.
YANDEX_FOLDER_ID: str = env.str("YANDEX_FOLDER_ID", default="")
YANDEX_API_KEY: str = env.str("YANDEX_API_KEY", default="")
YANDEX_MODEL: str = env.str("YANDEX_MODEL", default="yandexgpt-lite/latest")
YANDEX_ART_ENABLED: bool = env.bool("YANDEX_ART_ENABLED", default=False)  # pictures on the network's account
OPENAI_BASE_URL: str = env.str("OPENAI_BASE_URL", default="").rstrip("/")
OPENAI_API_KEY: str = env.str("OPENAI_API_KEY", default="")
OPENAI_MODEL: str = env.str("OPENAI_MODEL", default="gpt-4o-mini")
OPENAI_PRICE_IN = Decimal(env.str("OPENAI_PRICE_IN", default="0"))  # roubles for 1,000 tokens of the prompt
OPENAI_PRICE_OUT = Decimal(env.str("OPENAI_PRICE_OUT", default="0"))  # and of the answer
AI_DAILY_CAP = Decimal(env.str("AI_DAILY_CAP", default="100"))  # roubles of a partner without caps of their own
AI_MONTHLY_CAP = Decimal(env.str("AI_MONTHLY_CAP", default="1500"))
AI_CONNECT_TIMEOUT: float = env.float("AI_CONNECT_TIMEOUT", default=5)  # seconds
AI_READ_TIMEOUT: float = env.float("AI_READ_TIMEOUT", default=30)
AI_RETRY_PAUSES: list[float] = env.list("AI_RETRY_PAUSES", cast=float, default=[0.5, 2.0])
AI_PLACES: int = env.int("AI_PLACES", default=10)  # simultaneous calls in one cloud folder
AI_PLACE_TIMEOUT: float = env.float("AI_PLACE_TIMEOUT", default=10)  # how long a call waits for a place

DATABASE_URL: str = env.str("DATABASE_URL", default="") or embedded.database_url(DATA_DIR)
REDIS_URL: str = env.str("REDIS_URL", default="") or embedded.redis_url(DATA_DIR)

DATABASES = {"default": {**env.db_url_config(DATABASE_URL), "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False}}
# A server that is cut off says nothing: after ten seconds the connection counts as dead. In milliseconds: the last.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    **DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "partners.panel.PanelConfig",  # django.contrib.admin with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_otp",
    "csp",
    "config",
    "partners",
    "content",
    "funnels",
    "analytics",
    "botrunner",
]

MIDDLEWARE = [
    "config.web.ObservedRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.panel_csp.PanelScriptsMiddleware",
    "partners.middleware.PartnerDoorMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = ["partners.permissions.PanelBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
# Logins that see all partners need a second factor; to the others it is offered.
SECOND_FACTOR_REQUIRED: bool = env.bool("SECOND_FACTOR_REQUIRED", default=not DEBUG)
# Wrong passwords in 15 minutes: of one login from one address, and of one address. 0: no limit.
LOGIN_TRIES: int = env.int("LOGIN_TRIES", default=5)
LOGIN_TRIES_ADDRESS: int = env.int("LOGIN_TRIES_ADDRESS", default=100)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

FORMS_URLFIELD_ASSUME_HTTPS = True  # "shop.example" typed into a form means https

LANGUAGE_CODE: str = env.str("LANGUAGE_CODE", default="ru")
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE: str = env.str("TIME_ZONE", default="Europe/Moscow")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(DATA_DIR / "backups"))).resolve()
BACKUP_HOUR: int = env.int("BACKUP_HOUR", default=3)  # of TIME_ZONE, every night
BACKUP_KEEP: list[int] = env.list("BACKUP_KEEP", cast=int, default=[7, 4, 6])  # days, weeks, months
BACKUP_PUBLIC_KEYS: list[str] = env.list("BACKUP_PUBLIC_KEYS", default=[])  # age1…; backups are encrypted for them
BACKUP_KEY_FILE: str = env.str("BACKUP_KEY_FILE", default="")  # the private key, if checks shall run by themselves
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Redis, or RabbitMQ: amqp://user:password@host/vhost. The rows are the queue, so no results are kept anywhere.
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default="") or REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_RESULT_BACKEND = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away: without these a worker gives up after an hour and beat prints a trace for each tick.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": None, "interval_start": 0, "interval_step": 1, "interval_max": 5}
CELERY_TASK_DEFAULT_DELIVERY_MODE = "transient"  # RabbitMQ would write every tick to its disk
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # LOGGING below masks secrets

SESSION_COOKIE_AGE = 14 * 86_400  # seconds after the login
NETWORK_SESSION_AGE = 12 * 3600  # of logins that see all partners: a working day
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # pages take the token from their own form
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # of a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],  # nothing inline; what the panel adds: config/panel_csp.py
        "style-src": ["'self'", "'unsafe-inline'"],  # unfold's colours and sizes
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
if PUBLIC_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from the machine itself
    SECURE_HSTS_SECONDS = 31_536_000  # of this host only: its neighbours and the preload list are not ours to decide
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"  # no neighbouring host can set them

METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")  # of the web's /metrics; without one: only this machine
METRICS_PORT: int = env.int("METRICS_PORT", default=0)  # of a runner or worker, each its own; 0: none
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")  # errors go there, without words and values
LOG_FORMAT: str = env.str("LOG_FORMAT", default="text" if DEBUG else "json")
# A file of JSON lines per kind of process, for `manage_partners logs`; without it they are systemd's, on stderr.
LOG_DIR: str = env.str("LOG_DIR", default=str(DATA_DIR / "logs") if DEBUG else "")
PROCESS = logs.process_kind(sys.argv)
LOGGING = logs.configuration(line=LOG_FORMAT, directory=LOG_DIR, process=PROCESS)
