"""The cells of a row of the board. Written here, because a template takes five times as long, thirty times a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from partners.models import Bot, BotVitals
from partners.templatetags.panel import ago, lanes, redacted, share

register = template.Library()


@register.filter
def life(bot: Bot, now: datetime) -> SafeString:
    """When it was last heard of."""
    moments = ((_("update"), bot.last_update_at), (_("heartbeat"), bot.heartbeat_at))
    shown = ((_exactly(moment), word, ago(moment, now)) for word, moment in moments)
    return format_html_join("\n", '<small title="{}">{}: {}</small>', shown) + _lines([(_("token"), _token(bot, now))])


def _exactly(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y %H:%M:%S}" if moment else ""


def _token(bot: Bot, now: datetime) -> str:
    if bot.trouble == "token":
        return format_html('<b class="tone-bad">{}</b>', _("refused"))
    return f"{_('accepted')} {ago(bot.heartbeat_at, now)}" if bot.heartbeat_at else _("not tried yet")


@register.filter
def outbox(vitals: BotVitals) -> SafeString:
    """What waits and what went wrong, within an hour and within a day."""
    waiting = ", ".join(f"{lane} {seconds}" for lane, seconds in lanes(vitals.waiting))
    hour, day = (
        share(vitals.throttled_hour, vitals.calls_hour),
        share(vitals.throttled_day, vitals.calls_day),
    )
    return _lines(
        [
            (_("queues"), waiting or _("nothing waits")),
            (_("not delivered"), f"{vitals.failed_hour} / {vitals.failed_day}"),
            (_("set aside"), f"{vitals.aside_hour} / {vitals.aside_day}"),
            ("429", f"{hour} / {day}"),
        ]
    ) + format_html('<small class="panel-faint">{}</small>', _("within an hour / a day"))


@register.filter
def thinking(vitals: BotVitals, now: datetime) -> SafeString:
    """The AI's money and errors, and the last post."""
    errors = share(vitals.ai_failed_hour, vitals.ai_hour)
    if vitals.ai_rests:
        errors = format_html('{}, <b class="tone-wait">{}</b>', errors, _("rests"))
    spent, cap = floatformat(vitals.ai_spent, "-2"), floatformat(vitals.ai_cap, "-2")
    return _lines(
        [
            (_("AI today"), f"{spent} / {cap} ₽"),
            (_("AI errors"), errors),
            (_("last post"), ago(vitals.last_post_at, now)),
        ]
    )


def _lines(facts: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join("\n", "<small>{}: {}</small>", facts)


@register.filter
def commands(bot: Bot) -> SafeString:
    """The buttons that make sense for the bot as it is."""
    return format_html_join(
        "\n",
        '<button type="submit" class="panel-button" formaction="{}" data-command="{}">'
        '<span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</button>',
        ((reverse("admin:fleet_command", args=[bot.pk, word]), word, icon, label) for word, icon, label in _of(bot)),
    )


def _of(bot: Bot) -> Iterator[tuple[str, str, str]]:
    """Command, icon, label."""
    if bot.wanted == Bot.Wanted.STOPPED:
        yield "start", "play_arrow", _("Start")
    else:
        has_failed = bot.state == Bot.State.FAILED
        yield ("start", "play_arrow", _("Try again")) if has_failed else ("restart", "restart_alt", _("Restart"))
        yield "stop", "stop", _("Stop")
    yield "self-test", "checklist", _("Self-test")
    if bot.partner.group_id:
        yield "topics", "forum", _("Topics")


@register.filter
def marks(points: Sequence[Mapping[str, Any]]) -> str:
    """«✅✅❌»: a report in its shortest form."""
    return "".join("✅" if point.get("ok") else "❌" for point in points)


@register.filter
def points(report: Sequence[Mapping[str, Any]]) -> SafeString:
    """The points of a self-test as items of a list; what is wrong says what to do."""
    return format_html_join("\n", "<li>{} {}{}</li>", map(_point, report))


def _point(point: Mapping[str, Any]) -> tuple[str, str, str]:
    title, advice = str(point.get("title", "")), str(point.get("advice", ""))
    if point.get("ok"):
        return "✅", title, ""
    return "❌", title, format_html('<span class="panel-faint"> — {}</span>', redacted(advice)) if advice else ""
