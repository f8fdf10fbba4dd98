"""The pages behind the password: the code, and setting the second factor up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_otp
import segno
from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminTextInputWidget

from partners.access import membership_of
from partners.login import must_have_second_factor
from partners.middleware import opens_own_door
from partners.models import Authenticator
from partners.services import second_factor
from partners.witness import address_of

Page = Callable[[HttpRequest, User], HttpResponse]


class CodeForm(forms.Form):
    code = forms.CharField(
        label="",
        max_length=32,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
        ),
    )


def _for_logins(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    """Whoever has given a password; no partner's door opens before the second step is done."""

    @never_cache
    @opens_own_door
    def view(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User) or membership_of(request.user) is None:
            return HttpResponseRedirect(reverse("admin:login"))
        return page(request, request.user)

    return view


@_for_logins
def enter(request: HttpRequest, user: User) -> HttpResponse:
    if getattr(user, "otp_device", None) or not second_factor.is_on(user):
        return _onward(request)
    form = CodeForm(request.POST or None)
    if form.is_valid() and (device := _device(request, user, form)):
        _let_in(request, device)
        return _onward(request)
    return _render(request, "code", title=_("Second step"), form=form)


@_for_logins
def set_up(request: HttpRequest, user: User) -> HttpResponse:
    if second_factor.is_on(user):
        return _manage(request, user)
    waiting, form = second_factor.begun(user=user, now=_now()), CodeForm(request.POST or None)
    if form.is_valid():
        codes = _told(
            form, lambda code: second_factor.confirm(user=user, code=code, now=_now(), address=address_of(request))
        )
        if codes:
            _let_in(request, Authenticator.objects.get(user=user))
            return _render(request, "codes", title=_("Backup codes"), codes=codes)
    picture = segno.make(second_factor.provisioning_url(waiting), error="m")
    return _render(
        request, "setup", title=_("Two-factor login"), form=form, required=must_have_second_factor(request),
        picture=picture.svg_data_uri(scale=5, border=2, light="#fff"), secret=second_factor.typed_secret(waiting),
    )  # fmt: skip


def _manage(request: HttpRequest, user: User) -> HttpResponse:
    """New codes, or another phone: for both a code is asked once more, a session left open is not enough."""
    if getattr(user, "otp_device", None) is None:
        return HttpResponseRedirect(reverse("admin:second_factor"))
    form = CodeForm(request.POST or None)
    if form.is_valid() and _device(request, user, form):
        if request.POST.get("do") == "codes":
            codes = second_factor.renew_codes(user=user, now=_now(), address=address_of(request))
            return _render(request, "codes", title=_("Backup codes"), codes=codes)
        second_factor.reset(user=user, by=user, now=_now(), address=address_of(request))
        messages.success(request, _("The second factor is removed."))
        return HttpResponseRedirect(reverse("admin:second_factor_setup"))
    left = len(Authenticator.objects.get(user=user).backup_digests)
    return _render(request, "manage", title=_("Two-factor login"), form=form, left=left)


def _device(request: HttpRequest, user: User, form: CodeForm) -> Authenticator | None:
    found: Authenticator | None = _told(
        form, lambda code: second_factor.check(user=user, code=code, now=_now(), address=address_of(request))
    )
    return found


def _told(form: CodeForm, take: Callable[[str], Any]) -> Any:
    """What `take` makes of the code, or an error beside the field."""
    try:
        taken = take(form.cleaned_data["code"])
    except second_factor.Locked as locked:
        form.add_error("code", _("Too many wrong codes. Wait %(n)s s.") % {"n": locked.seconds})
        return None
    if taken is None:
        form.add_error("code", _("This code does not fit. Take the newest one; is the phone's clock right?"))
    return taken


def _let_in(request: HttpRequest, device: Authenticator) -> None:
    request.session.cycle_key()
    django_otp.login(request, device)


def _onward(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if safe else reverse("admin:index"))


def _render(request: HttpRequest, page: str, **values: Any) -> HttpResponse:
    from django.contrib import admin

    context = {**admin.site.each_context(request), **values}
    return TemplateResponse(request, f"admin/second_factor/{page}.html", context)


def _now() -> Any:
    """Of the real clock, as the phone's is, also where the sandbox has moved the product's."""
    return timezone.now()
