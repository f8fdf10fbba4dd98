"""Opens the partner's door for a web request, according to who is logged in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from partners import log_context, tenancy
from partners.access import membership_of
from partners.login import second_step
from partners.models import Membership
from partners.witness import watched

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def opens_own_door(view: View) -> View:
    """For a public view that finds out itself whose rows it needs."""
    view.opens_own_door = True  # type: ignore[attr-defined]
    return view


class PartnerDoorMiddleware:
    """The view and its template run inside one transaction behind the wall."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if getattr(view, "opens_own_door", False) or not request.user.is_authenticated:
            return None
        membership = membership_of(request.user)
        if membership is None:
            return None
        if (first := second_step(request)) is not None:
            return first

        log_context.add(partner=membership.partner_id)  # until the request's end: errors are told outside of the door

        def rendered() -> HttpResponseBase:
            response: HttpResponseBase = view(request, *args, **kwargs)
            render = getattr(response, "render", None)
            if render is not None and not getattr(response, "is_rendered", True):
                response = render()
            return response

        with door_for(membership):
            return watched(request, rendered)


def door_for(membership: Membership) -> AbstractContextManager[None]:
    if membership.role in Membership.NETWORK_ROLES:
        return tenancy.all_partners()
    return tenancy.partner(membership.partner_id) if membership.partner_id else nullcontext()
