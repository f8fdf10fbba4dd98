"""The panel's pages may compile expressions, which unfold's Alpine does; no other page may."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

PANEL = ("/admin/", "/analytics/")


class PanelScriptsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(PANEL):
            response._csp_update = {"script-src": "'unsafe-eval'"}  # type: ignore[attr-defined]  # django-csp's own
        return response
