"""What the addresses of the web chat share."""

from __future__ import annotations

from aiohttp import web

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def refusal(text: str, *, status: int = 400) -> web.Response:
    return web.json_response({"error": text}, status=status, headers=SECURITY)


def same_origin(request: web.Request) -> None:
    """Other sites open in the same browser must not act as our people."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden
