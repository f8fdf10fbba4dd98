"""The public form /join/. Its only key is the link; every view opens the door of that one application."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners import clock, tenancy
from partners.addresses import telegram_address
from partners.middleware import opens_own_door
from partners.models import Application, Bot, Invitation
from partners.onboarding.answers import problems_of
from partners.onboarding.posted import Posted, read_section, read_whole_section
from partners.onboarding.sections import SECTIONS, Section
from partners.rates import Rate, allows
from partners.services import application_form
from partners.services.application_form import Closed, Incomplete
from partners.services.application_status import status_of
from partners.services.invitations import invite
from partners.views.join_look import progress_of, rows_of, told_of

STARTS = Rate("join-start", 10, 3_600)
SAVES = Rate("join-save", 300, 600)
TRAP = "website"  # no person sees this field


@opens_own_door
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    if request.method != "POST" or request.POST.get(TRAP):
        return render(request, "join/begin.html", {"sections": SECTIONS})
    if not allows(STARTS, request):
        return too_often(request)
    started = application_form.start(now=clock.now())
    return redirect("join:section", started.link, 1)


@opens_own_door
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "join/guide.html", {"form_address": settings.PUBLIC_URL + reverse("join:begin")})


@opens_own_door
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, link: str) -> HttpResponse:
    """The whole application: what is missing, the link to come back, «Send»; then what became of it."""
    application = found(link)
    if request.method == "POST":
        if not allows(SAVES, request):
            return too_often(request)
        try:
            with tenancy.application(application.link_key):
                application_form.submit(key=application.link_key, now=clock.now())
            return redirect("join:overview", link)
        except Incomplete:
            messages.error(request, _("Something is still missing: the sections with an exclamation mark."))
        except Closed:
            return redirect("join:overview", link)
    return show(request, link, application, "join/overview.html", {"told": told_of(application)})


@opens_own_door
@never_cache
@require_safe
def live(request: HttpRequest, link: str) -> HttpResponse:
    """How the bot is doing, for the page that asks every few seconds."""
    return private(render(request, "join/live.html", {"status": status_of(found(link)), "link": link}))


@opens_own_door
@never_cache
@require_POST
def connect(request: HttpRequest, link: str) -> HttpResponse:
    """A one-time link into the own bot: whoever presses Start there is the partner. Each one ends the one before."""
    application = found(link)
    if application.partner_key is None:
        raise Http404("no partner yet")
    if not allows(SAVES, request):
        return too_often(request)
    with tenancy.partner(application.partner_key):
        bot = Bot.objects.select_related("partner").defer("token").first()
        if bot is None or bot.partner.telegram_id is not None:
            return redirect("join:overview", link)
        token = invite(partner=bot.partner, kind=Invitation.Kind.OWNER, now=clock.now())
        address = telegram_address(bot.username, token)
    return show(request, link, application, "join/overview.html", {"bot_address": address})


@opens_own_door
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, link: str, number: int) -> HttpResponse:
    if not 1 <= number <= len(SECTIONS):
        raise Http404("no such section")
    application, asked = found(link), SECTIONS[number - 1]
    in_passing = request.headers.get("X-Requested-With") == "save"
    if not application.is_open:
        return closed(link, in_passing)
    if request.method != "POST":
        return show_section(request, link, application, asked, {})
    if not allows(SAVES, request):
        return too_often(request)
    posted = read_section(asked, request) if in_passing else read_whole_section(asked, request, application)
    try:
        application = keep(application.link_key, posted)
    except Closed:
        return closed(link, in_passing)
    if in_passing:
        return HttpResponse(status=204)
    for notice in posted.notices:
        messages.warning(request, notice)
    problems = problems_of(application, [asked]) | posted.problems
    if problems:
        return show_section(request, link, application, asked, problems)
    return redirect("join:section", link, number + 1) if number < len(SECTIONS) else redirect("join:overview", link)


def found(link: str) -> Application:
    """Raises Http404 for a stranger's guess as for a link that has expired."""
    key = application_form.key_of(link)
    with tenancy.application(key):
        application = application_form.find(key=key, now=clock.now())
    if application is None:
        raise Http404("no such application")
    return application


def closed(link: str, in_passing: bool) -> HttpResponse:
    """It was sent in another tab: what is typed in this one is not kept, and its page must not say that it is."""
    return HttpResponse(status=409) if in_passing else redirect("join:overview", link)


def keep(key: UUID, posted: Posted) -> Application:
    with tenancy.application(key):
        return application_form.save(
            key=key,
            answers=posted.answers,
            secrets=posted.secrets,
            bot_username=posted.bot_username,
            now=clock.now(),
        )


def show_section(
    request: HttpRequest, link: str, application: Application, asked: Section, problems: dict[str, str]
) -> HttpResponse:
    context = {
        "section": asked,
        "rows": rows_of(asked, application, problems),
        "problems": problems,
        "before": asked.number - 1,
        "after": asked.number + 1 if asked.number < len(SECTIONS) else 0,
    }
    return show(request, link, application, "join/section.html", context)


def show(
    request: HttpRequest, link: str, application: Application, template: str, context: dict[str, Any]
) -> HttpResponse:
    progress = progress_of(application)
    shared = {
        "application": application,
        "link": link,
        "address": settings.PUBLIC_URL + reverse("join:overview", args=[link]),
        "progress": progress,
        "ready": sum(step.state == "done" for step in progress),
        "is_complete": all(step.state == "done" for step in progress),
        "status": None if application.is_open else status_of(application),
    }
    return private(render(request, template, shared | context))


def private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "join/too_often.html", status=429)
    response["Retry-After"] = "600"
    return response
