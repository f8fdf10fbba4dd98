import gc
import os
import warnings

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# WhiteNoise hands out small files of our own; reading one in a thread at once is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

embedded.ensure()
application = get_asgi_application()
get_resolver().url_patterns  # noqa: B018  # all views are imported now, not by the first who asks
# What has been made until now stays as long as the process: the collector need not walk through it during a page.
gc.collect()
gc.freeze()
