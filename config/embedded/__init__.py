"""PostgreSQL and Redis that come with the project: used wherever DATABASE_URL or REDIS_URL is empty.

The addresses are known without starting anything, so importing settings stays cheap.
Whoever runs a process (manage.py, Celery, the ASGI server, the tests) calls `ensure()` first.
"""

from config.embedded.addresses import database_url, redis_url
from config.embedded.errors import EmbeddedServerError
from config.embedded.secrets import development_secret

__all__ = ["EmbeddedServerError", "database_url", "development_secret", "ensure", "redis_url"]


def ensure() -> None:
    """Start the embedded servers that the settings point at and keep them up while this process lives."""
    from django.conf import settings

    wants_postgres = database_url(settings.DATA_DIR) == settings.DATABASE_URL
    wants_redis = redis_url(settings.DATA_DIR) == settings.REDIS_URL
    if wants_postgres or wants_redis:
        from config.embedded import lease

        lease.take(settings.DATA_DIR, postgres=wants_postgres, redis=wants_redis)
