from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import clock, tenancy
from partners.health import HEARTBEAT_LIMIT
from partners.management.log_lines import LEVELS, Follower, Wanted, duration, journal_hint, shown, stored
from partners.management.tables import bot_table, one_line, runner_table
from partners.management.waiting import Look, Outcome, wait_until_settled
from partners.models import Bot, Partner
from partners.services import bots
from partners.services.runners import ask_drain, runners

WISHES: dict[str, Callable[..., object]] = {
    "start": bots.want_running,
    "stop": bots.want_stopped,
    "restart": bots.restart,
}
FOLLOW_EVERY = 0.5  # seconds


class Command(BaseCommand):
    help = "Show the partners' bots, start, stop and restart them."
    now: Callable[[], datetime] = staticmethod(clock.now)
    sleep: Callable[[float], object] = staticmethod(time.sleep)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "status", "logs", *WISHES, "runners", "drain"])
        parser.add_argument(
            "ids", nargs="*", metavar="ID", help=_("the partner's id, or the runner's name; none: all, to look at")
        )
        parser.add_argument("--all", action="store_true", help=_("every partner"))
        parser.add_argument(
            "--timeout", type=float, default=30, help=_("seconds to wait until it is done (default 30)")
        )
        parser.add_argument("--follow", action="store_true", help=_("logs: go on until Ctrl-C"))
        parser.add_argument("--since", default="1h", help=_("logs: how far back, like 30m, 6h, 2d (default 1h)"))
        parser.add_argument("--level", default="DEBUG", choices=LEVELS, help=_("logs: this level and above"))

    def handle(self, *args: Any, action: str, ids: list[str], timeout: float, **options: Any) -> None:
        if action in ("runners", "drain"):
            self.look_after_runners(ids if action == "drain" else [])
            return
        if bool(ids) == options["all"] and (ids or action in WISHES):
            raise CommandError(_("Name the partners, or write --all."))
        found = read(ids)
        missing = sorted(set(ids) - {partner.slug for partner, _bot in found})
        if missing:
            sentence = _("There is no partner %(ids)s. See: manage_partners list")
            raise CommandError(sentence % {"ids": ", ".join(missing)})
        if action == "logs":
            self.show_logs(found, **options)
            return
        if action == "restart" and options["all"]:
            found = [(partner, bot) for partner, bot in found if not is_stopped(bot)]
        if action in WISHES:
            self.wish(action, found, timeout)
            return
        self.stdout.write(bot_table(found, self.now()))
        if action == "status":
            self.explain(found)

    def look_after_runners(self, to_drain: Sequence[str]) -> None:
        """Draining: the runner hands its bots over to the others and takes no new ones; then it may be stopped."""
        for name in to_drain:
            if not ask_drain(name=name):
                raise CommandError(_("There is no runner %(name)s. See: manage_partners runners") % {"name": name})
        self.stdout.write(runner_table(runners()))

    def show_logs(
        self, found: Sequence[tuple[Partner, Bot | None]], *, follow: bool, since: str, level: str, **_options: Any
    ) -> None:
        if len(found) != 1:
            raise CommandError(_("Name one partner: manage_partners logs ID"))
        try:
            begun = timezone.now() - duration(since)  # the log's clock is the real one, in the sandbox too
        except (ValueError, OverflowError):
            raise CommandError(
                _("--since %(since)s is not understood. Write 30m, 6h or 2d.") % {"since": since}
            ) from None
        partner = found[0][0]
        if not settings.LOG_DIR:
            raise CommandError(journal_hint(partner.pk, since, follow=follow))
        with contextlib.suppress(KeyboardInterrupt):
            self.print_lines(Path(settings.LOG_DIR), Wanted(partner.pk, begun, level), follow=follow)

    def print_lines(self, directory: Path, wanted: Wanted, *, follow: bool) -> None:
        follower = Follower(directory, wanted)
        follower.begin()  # before the look back: what is appended meanwhile is told twice rather than never
        lines = stored(directory, wanted)
        if not (lines or follow):
            self.stdout.write(_("Nothing since then."))
        while True:
            for line in lines:
                self.tell("\n".join(shown(line)))
            if not follow:
                return
            self.sleep(FOLLOW_EVERY)
            lines = follower.news()

    def explain(self, found: Sequence[tuple[Partner, Bot | None]]) -> None:
        """The errors in full; the exit code tells a script whether everything is as wanted."""
        for partner, bot in found:
            if bot and bot.last_error:
                self.stdout.write(f"{partner.slug}: {one_line(bot.last_error, 500)}")
        late = [partner.slug for partner, bot in found if bot and not bots.is_as_wanted(bot, now=self.now())]
        if late:
            raise CommandError(_("Not as wanted: %(ids)s.") % {"ids": ", ".join(late)})

    def wish(self, action: str, found: Sequence[tuple[Partner, Bot | None]], timeout: float) -> None:
        names = {bot.pk: partner.slug for partner, bot in found if bot}
        for partner, bot in found:
            if bot is None:
                self.stderr.write(_("%(id)s has no bot: give it a token first.") % {"id": partner.slug})
        express(action, [bot for _partner, bot in found if bot], self.now())
        outcome = wait_until_settled(
            look=lambda: look(names, self.now()),
            now=self.now,
            sleep=self.sleep,
            timeout=timeout,
            tell=lambda bot: self.tell(f"{names[bot.pk]}: {bot.get_state_display()}"),
        )
        if outcome.open:
            raise CommandError(_why(outcome, names))
        if len(names) < len(found):
            raise CommandError(_("Partners without a bot were left out."))

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def read(ids: Sequence[str]) -> list[tuple[Partner, Bot | None]]:
    """All partners if none is named."""
    with tenancy.all_partners():
        partners = Partner.objects.order_by("slug")
        if ids:
            partners = partners.filter(slug__in=ids)
        found = {
            bot.partner_id: bot
            for bot in Bot.objects.select_related("vitals").defer("token").filter(partner__in=partners)
        }
        return [(partner, found.get(partner.pk)) for partner in partners]


def is_stopped(bot: Bot | None) -> bool:
    """On purpose: who restarts all does not mean it."""
    return bot is not None and bot.wanted == Bot.Wanted.STOPPED


def look(ids: Iterable[int], now: datetime) -> Look:
    with tenancy.all_partners():
        alive = Bot.objects.filter(heartbeat_at__gt=now - HEARTBEAT_LIMIT).exists()
        return Look(list(Bot.objects.defer("token").filter(pk__in=ids).order_by("pk")), alive)


def express(action: str, chosen: Sequence[Bot], now: datetime) -> None:
    with tenancy.all_partners():
        for bot in chosen:
            WISHES[action](bot=bot, now=now)


def _why(outcome: Outcome, names: dict[int, str]) -> str:
    ids = ", ".join(names[bot.pk] for bot in outcome.open)
    if not outcome.runner_is_alive and not any(map(bots.has_failed, outcome.open)):
        sentence = _("No runbots is running. The wish for %(ids)s is stored; start it with: manage.py runbots")
        return sentence % {"ids": ids}
    sentence = _("Not done: %(ids)s. The wish is stored, look again with: manage_partners status")
    lines = [sentence % {"ids": ids}]
    lines += [f"{names[bot.pk]}: {one_line(bot.last_error, 500)}" for bot in outcome.open if bot.last_error]
    return "\n".join(lines)
