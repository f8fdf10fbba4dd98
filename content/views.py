import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from content.services.posts.tracking import follow, read_token
from partners import clock, tenancy
from partners.middleware import opens_own_door
from partners.models import Partner

# Messengers look at a link before anybody presses it.
_PREVIEW = re.compile(r"bot\b|crawler|preview|facebookexternalhit", re.IGNORECASE)


@opens_own_door
@never_cache
@require_safe
def follow_post_link(request: HttpRequest, token: str) -> HttpResponse:
    tracked = read_token(token)
    if tracked is None:
        raise Http404("not our link")
    with tenancy.partner(tracked.partner_id):
        try:
            url = follow(tracked=tracked, counts=_is_press(request), now=clock.now())
        except Partner.DoesNotExist:
            raise Http404("the partner is gone") from None
    response = HttpResponseRedirect(url)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _is_press(request: HttpRequest) -> bool:
    prefetch = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return request.method == "GET" and not prefetch and not _PREVIEW.search(request.headers.get("User-Agent", ""))
