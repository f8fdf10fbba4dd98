import asyncio
import contextlib
import os
import signal
import socket
from datetime import UTC, datetime
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand

from botrunner.supervisor import Supervisor
from botrunner.transport import SharedRequest


class Command(BaseCommand):
    help = "Runs the bots of all active partners in one process. Start several: they share the bots out."

    def handle(self, *args: Any, **options: Any) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(self._run())

    async def _run(self) -> None:
        supervisor = Supervisor(
            request=SharedRequest(),
            api_url=settings.TELEGRAM_API_URL,
            clock=lambda: datetime.now(UTC),
            runner=f"{socket.gethostname()}:{os.getpid()}",
        )
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, supervisor.stop)
        self.stdout.write(f"Bots talk to {settings.TELEGRAM_API_URL}")
        await supervisor.run()
        self.stdout.write("All bots are stopped.")
