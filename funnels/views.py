from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funnels.services.clicks import follow, read_token
from partners import clock, tenancy
from partners.middleware import opens_own_door
from partners.models import Partner


@opens_own_door
@never_cache
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    tracked = read_token(token)
    if tracked is None:
        raise Http404("not our link")
    prefetch = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    counts = request.method == "GET" and not prefetch
    with tenancy.partner(tracked.partner_id):
        try:
            url = follow(tracked=tracked, counts=counts, now=clock.now())
        except Partner.DoesNotExist:
            raise Http404("the partner is gone") from None
    response = HttpResponseRedirect(url)
    response["Referrer-Policy"] = "no-referrer"  # the token is the lead's, not the shop's
    return response
