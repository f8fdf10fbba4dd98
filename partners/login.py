"""Coming into the panel: who may, how often one may try, and the second factor behind the password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm as PanelAuthenticationForm

from partners import clock, throttle
from partners.access import membership_of, sees_all_partners
from partners.models import AuditEntry
from partners.services.audit import record
from partners.services.second_factor import is_on
from partners.witness import address_of

WINDOW = 15 * 60  # seconds
THROTTLED = "throttled"
Action = AuditEntry.Action


class LoginForm(PanelAuthenticationForm):
    """A membership is the only switch; Django's `is_staff` means nothing here."""

    def clean(self) -> dict[str, Any]:
        """Wrong passwords lock this login from this address only: colleagues behind one address go on."""
        address = address_of(self.request)
        pair = f"{self.cleaned_data.get('username', '').casefold()}\n{address}"
        wait = max(
            throttle.attempt(what="login", whose=pair, most=settings.LOGIN_TRIES, seconds=WINDOW),
            throttle.attempt(what="address", whose=address, most=settings.LOGIN_TRIES_ADDRESS, seconds=WINDOW),
        )
        if wait:
            minutes = -(-wait // 60)
            text = ngettext(
                "Too many attempts. Try again in %(n)s minute.",
                "Too many attempts. Try again in %(n)s minutes.",
                minutes,
            )
            raise ValidationError(text, code=THROTTLED, params={"n": minutes})
        values: dict[str, Any] = super().clean()
        throttle.forget(what="login", whose=pair)
        throttle.give_back(what="address", whose=address, seconds=WINDOW)
        return values

    def confirm_login_allowed(self, user: User) -> None:
        AuthenticationForm.confirm_login_allowed(self, user)
        if membership_of(user) is None:
            raise ValidationError(_("This login has no access to the panel. Ask the operators."), code="invalid_login")


def settle(request: HttpRequest, response: HttpResponse) -> None:
    """After a sent login form: its entry in the audit log, and for how long it lets in.

    A name that nobody has may be a password in the wrong field. Of a flood one entry tells.
    """
    form = getattr(response, "context_data", {}).get("form") if response.status_code == 200 else None
    if form is None:
        user = request.user if isinstance(request.user, User) else None
        if sees_all_partners(request.user):
            request.session.set_expiry(settings.NETWORK_SESSION_AGE)
        record(actor=user, action=Action.LOGIN, about=user, address=address_of(request), now=clock.now())
        return
    address = address_of(request)
    is_refused = form.has_error("__all__", THROTTLED)
    if is_refused and throttle.attempt(what="refused", whose=address, most=1, seconds=WINDOW):
        return
    action = Action.LOGIN_REFUSED if is_refused else Action.LOGIN_FAILED
    user = User.objects.filter(username=str(form.data.get("username", ""))[:150]).first()
    name = user.username if user else _("unknown login")
    record(actor=None, actor_name=name, action=action, about=user, address=address, now=clock.now())


def must_have_second_factor(request: HttpRequest) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and sees_all_partners(request.user)


def second_step(request: HttpRequest) -> HttpResponseBase | None:
    """Where somebody goes who has given only the password; None: all has been given."""
    user = request.user
    if not isinstance(user, User) or getattr(user, "otp_device", None) is not None:
        return None
    if is_on(user):
        page = "admin:second_factor"
    elif must_have_second_factor(request):
        page = "admin:second_factor_setup"
    else:
        return None
    wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
    return HttpResponseRedirect(reverse(page) + ("?" + urlencode(wanted) if wanted else ""))
