"""Bots as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from partners.health import health_of
from partners.models import Bot, Partner
from partners.queries import vitals_of
from partners.services.runners import RunnerView

LONGEST = 48


def bot_table(partners: Iterable[tuple[Partner, Bot | None]], now: datetime) -> str:
    head = [_("ID"), _("name"), _("bot"), _("wanted"), _("state"), _("health"), _("last update"), _("last error")]
    return table([head, *(_row(partner, bot, now) for partner, bot in partners)])


def runner_table(runners: Iterable[RunnerView]) -> str:
    head = [_("runner"), _("state"), _("bots"), _("capacity"), _("receives"), _("version"), _("heartbeat")]
    return table([head, *map(_runner_row, runners)])


def _runner_row(runner: RunnerView) -> list[str]:
    state = _("hands over") if runner.draining else _("works")
    return [
        one_line(runner.name),
        state if runner.alive else _("silent"),
        str(runner.bots),
        str(runner.capacity),
        _("webhook") if runner.webhook else _("polling"),
        one_line(runner.version) or "–",
        f"{max(0, int(runner.silence.total_seconds()))} {_('s')}",
    ]


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def age(then: datetime | None, now: datetime) -> str:
    if then is None:
        return "–"
    seconds = max(0, int((now - then).total_seconds()))
    units = ((86_400, _("d")), (3_600, _("h")), (60, _("min")), (1, _("s")))
    size, unit = next((one for one in units if seconds >= one[0]), units[-1])
    return f"{seconds // size} {unit}"


def one_line(text: str, longest: int = LONGEST) -> str:
    """What came from outside must not move the terminal's cursor."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"


def _row(partner: Partner, bot: Bot | None, now: datetime) -> list[str]:
    name = one_line(partner.name, 28)
    if bot is None:
        return [partner.slug, name, _("no bot"), "–", "–", "–", "–", ""]
    return [
        partner.slug,
        name,
        one_line(str(bot), 34),
        bot.get_wanted_display(),
        bot.get_state_display(),
        one_line(health_of(bot, vitals_of(bot), now).word),
        age(bot.last_update_at, now),
        one_line(bot.last_error),
    ]
