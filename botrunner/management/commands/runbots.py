import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from botrunner.runtime import Runtime
from botrunner.services.runners import Me
from botrunner.supervisor import Supervisor
from botrunner.transport import SharedRequest
from partners import clock
from partners.management.commands.import_partner import import_folder, report
from partners.management.problems import describe
from partners.strict_yaml import FileError


class Command(BaseCommand):
    help = "Runs the bots of all active partners in one process. Start several: they share the bots out."

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(databases=["default"])  # a role that can walk around the wall must not run bots
        partner_id = self._import_partner(settings.PARTNER_CONFIG) if settings.PARTNER_CONFIG else None
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(self._run(partner_id))

    def _import_partner(self, folder: str) -> int:
        """PARTNER_CONFIG names a partner's folder: it is imported, and only that partner's bot runs here."""
        try:
            saved = import_folder(Path(folder), clock.now())
        except FileError as error:
            raise CommandError(describe(error)) from None
        self.stdout.write(report(saved))
        return saved.partner.pk

    async def _run(self, partner_id: int | None) -> None:
        host, pid = socket.gethostname()[:64], os.getpid()
        me = Me(
            name=f"{host}:{pid}",
            host=host,
            pid=pid,
            version=settings.VERSION,
            capacity=settings.RUNNER_CAPACITY,
            webhook=False,
            dedicated=partner_id is not None,
        )
        runtime = Runtime(request=SharedRequest(), api_url=settings.TELEGRAM_API_URL, clock=clock.now)
        supervisor = Supervisor(runtime=runtime, me=me, partner_id=partner_id)
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, supervisor.stop)
        self.stdout.write(_("Bots talk to %(url)s") % {"url": settings.TELEGRAM_API_URL})
        await supervisor.run()
        self.stdout.write(_("All bots are stopped."))
