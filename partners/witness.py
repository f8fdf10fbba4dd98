"""Watches what a request to the panel changes, and writes it into the audit log in the same transaction.

Nothing has to be remembered by a page: whatever its address names is compared before and after the view,
be it a form of the admin or a button that calls a service. What an address does not name is noted by
`PanelAdmin` (new rows, inlines, deletions) or by the page itself with `note`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch

from partners import clock
from partners.audit_values import Values, snapshot
from partners.models import AuditEntry
from partners.services.audit import record

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
NOTES = "curator_audit_notes"
Action = AuditEntry.Action


@dataclass(frozen=True, slots=True)
class Note:
    action: AuditEntry.Action
    about: Model | None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    pk: object = None  # a deleted row has lost its own by now


def note(
    request: HttpRequest,
    action: AuditEntry.Action,
    about: Model | None,
    *,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """What the address of this request does not tell. Stored when the view has ended well."""
    _notes(request).append(Note(action, about, before or {}, after or {}, about.pk if about else None))


def address_of(request: HttpRequest) -> str:
    """As the server tells it: behind a proxy uvicorn has already read X-Forwarded-For, of trusted proxies alone."""
    return str(request.META.get("REMOTE_ADDR") or "")


def watched(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    response = view() if request.method in SAFE else _watched(request, view)
    for noted in _notes(request) if response.status_code < 400 else ():
        if noted.about is not None:
            noted.about.pk = noted.pk
        _write(request, noted.action, noted.about, noted.before, noted.after)
    return response


def _watched(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    target = _target(request.resolver_match)
    before = snapshot(target)
    response = view()
    if response.status_code >= 400:
        return response
    noted = {(type(one.about), one.pk) for one in _notes(request) if one.about}
    fresh = type(target)._base_manager.filter(pk=target.pk).first() if target is not None else None
    after = snapshot(fresh)
    if target is not None and after != before and (type(target), target.pk) not in noted:
        action = Action.CHANGE if fresh is not None else Action.DELETE
        _write(request, action, target, before, after)
    elif not _notes(request) and _has_done_something(response):
        _write(request, Action.PRESS, target, {}, _pressed(request))
    return response


def _has_done_something(response: HttpResponseBase) -> bool:
    """A page instead of a redirect is a form with mistakes in it, or a preview."""
    return not response.headers.get("Content-Type", "").startswith("text/html") or response.status_code != 200


def _pressed(request: HttpRequest) -> Values:
    """Which button: an action of a list with its rows, or the word of a page."""
    words = {name: request.POST[name] for name in ("action", "do") if name in request.POST}
    rows = request.POST.getlist("_selected_action")
    return words | ({"rows": ", ".join(rows)} if rows else {})


def _target(match: ResolverMatch | None) -> Model | None:
    """The row that the address names: «partners_lead_act» with a number is a lead."""
    if match is None or not match.url_name:
        return None
    model, key = _named(match)
    if model is None or key is None:
        return None
    try:
        return model._base_manager.filter(pk=key).first()
    except (ValueError, ValidationError):
        return None


def _named(match: ResolverMatch) -> tuple[type[Model] | None, object]:
    if match.url_name == "fleet_command":
        return apps.get_model("partners", "Bot"), match.kwargs.get("bot_id")
    key = next((match.kwargs[name] for name in ("object_id", "pk", "id") if name in match.kwargs), None)
    found = [
        model for model in apps.get_models()
        if (match.url_name or "").startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
    ]  # fmt: skip
    return max(found, key=lambda model: len(model._meta.label), default=None), key


def _notes(request: HttpRequest) -> list[Note]:
    if not hasattr(request, NOTES):
        setattr(request, NOTES, [])
    notes: list[Note] = getattr(request, NOTES)
    return notes


def _write(request: HttpRequest, action: AuditEntry.Action, about: Model | None, before: Values, after: Values) -> None:
    actor = request.user if isinstance(request.user, User) else None
    record(
        actor=actor, action=action, about=about, before=before, after=after, now=clock.now(),
        address=address_of(request), place=request.path,
    )  # fmt: skip
