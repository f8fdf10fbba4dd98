import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from botrunner import gauges
from botrunner.runtime import Runtime
from botrunner.services.runners import Me
from botrunner.supervisor import Supervisor
from botrunner.transport import SharedRequest
from botrunner.webhooks.server import receiving
from partners import clock
from partners.management.commands.import_partner import import_folder, report
from partners.management.problems import describe
from partners.strict_yaml import FileError


class Command(BaseCommand):
    help = "Runs the bots of all active partners in one process. Start several: they share the bots out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--webhook", action="store_true", help=_("Telegram brings the updates to WEBHOOK_URL; else bots poll")
        )

    def handle(self, *args: Any, webhook: bool, **options: Any) -> None:
        if webhook and not settings.WEBHOOK_URL:
            raise CommandError(
                _("WEBHOOK_URL is not set: the https address of this receiver, like https://hook.example.org")
            )
        self.check(databases=["default"])  # a role that can walk around the wall must not run bots
        partner_id = self._import_partner(settings.PARTNER_CONFIG) if settings.PARTNER_CONFIG else None
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(self._run(partner_id, webhook))

    def _import_partner(self, folder: str) -> int:
        """PARTNER_CONFIG names a partner's folder: it is imported, and only that partner's bot runs here."""
        try:
            saved = import_folder(Path(folder), clock.now())
        except FileError as error:
            raise CommandError(describe(error)) from None
        self.stdout.write(report(saved))
        return saved.partner.pk

    async def _run(self, partner_id: int | None, webhook: bool) -> None:
        async with contextlib.AsyncExitStack() as beside:
            if webhook:
                await beside.enter_async_context(self._receiving())
            await self._supervise(partner_id, settings.WEBHOOK_URL if webhook else "")
        self.stdout.write(_("All bots are stopped."))

    def _receiving(self) -> contextlib.AbstractAsyncContextManager[int]:
        host, port = settings.WEBHOOK_HOST, settings.WEBHOOK_PORT
        self.stdout.write(
            _("Updates for %(url)s are received at %(host)s:%(port)s")
            % {"url": settings.WEBHOOK_URL, "host": host, "port": port}
        )
        try:
            return receiving(host=host, port=port, clock=clock.now)
        except OSError as error:
            sentence = _("WEBHOOK_HOST and WEBHOOK_PORT cannot be listened at: %(error)s")
            raise CommandError(sentence % {"error": error.strerror}) from None

    async def _supervise(self, partner_id: int | None, webhook_url: str) -> None:
        host, pid = socket.gethostname()[:64], os.getpid()
        me = Me(
            name=f"{host}:{pid}",
            host=host,
            pid=pid,
            version=settings.VERSION,
            capacity=settings.RUNNER_CAPACITY,
            webhook=bool(webhook_url),
            only_partner=partner_id,
        )
        runtime = Runtime(
            request=SharedRequest(), api_url=settings.TELEGRAM_API_URL, clock=clock.now, webhook_url=webhook_url
        )
        supervisor = Supervisor(runtime=runtime, me=me, partner_id=partner_id)
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, supervisor.stop)
        self.stdout.write(_("Bots talk to %(url)s") % {"url": settings.TELEGRAM_API_URL})
        with gauges.shown(supervisor.crew, lease=runtime.lease, clock=clock.now, port=settings.METRICS_PORT):
            await supervisor.run()
