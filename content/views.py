import re
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from content.services.posts.tracking import follow, read_token
from partners import clock, tenancy
from partners.middleware import opens_own_door
from partners.models import Partner

SAME_PRESS = timedelta(seconds=10)
# Messengers look at a link before anybody presses it.
_PREVIEW = re.compile(r"bot\b|crawler|preview|facebookexternalhit", re.IGNORECASE)


@opens_own_door
@never_cache
@require_safe
def follow_post_link(request: HttpRequest, token: str) -> HttpResponse:
    tracked = read_token(token)
    if tracked is None:
        raise Http404("not our link")
    seen = f"seen_{tracked.post_id}_{tracked.slot}"
    with tenancy.partner(tracked.partner_id):
        try:
            url = follow(tracked=tracked, counts=_is_press(request, seen), now=clock.now())
        except Partner.DoesNotExist:
            raise Http404("the partner is gone") from None
    response = HttpResponseRedirect(url)
    response["Referrer-Policy"] = "no-referrer"
    if _is_press(request, seen):
        response.set_cookie(seen, "1", max_age=SAME_PRESS, path=request.path, httponly=True, samesite="Lax")
    return response


def _is_press(request: HttpRequest, seen: str) -> bool:
    """Not the second request of the same press: the browser itself remembers it, for nobody else has to know it."""
    if request.method != "GET" or seen in request.COOKIES:
        return False
    prefetch = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return not prefetch and not _PREVIEW.search(request.headers.get("User-Agent", ""))
