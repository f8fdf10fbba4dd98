from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health, web

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", web.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("analytics/", include("analytics.urls")),
    path("join/", include("partners.urls")),
    path("", include("content.urls")),
    path("", include("funnels.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),  # while DEBUG is on; nginx serves it elsewhere
]
