"""`manage.py sandbox`: a local Telegram with a web chat, until Ctrl-C."""

import asyncio
import signal
from argparse import ArgumentParser
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from botrunner.db import close_connections
from botrunner.sandbox.demo import DemoPartner, settle
from botrunner.sandbox.files import FileStore
from botrunner.sandbox.server import LOOPBACK, Sandbox
from botrunner.sandbox.store import Store
from botrunner.sandbox.world import World
from botrunner.timemachine import ProductClock, run_timetable
from partners import clock


class Command(BaseCommand):
    help = "A local Telegram: Bot API server and web chat, to try bots without the real one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        api = urlsplit(settings.TELEGRAM_API_URL)
        local = api.hostname in LOOPBACK
        parser.add_argument("--host", default=api.hostname if local else LOOPBACK[0])
        parser.add_argument("--port", type=int, default=(local and api.port) or 8081)

    def handle(self, *, host: str, port: int, **_options: object) -> None:
        if not settings.DEBUG and host not in LOOPBACK:
            raise CommandError(
                _("In production the sandbox stays on 127.0.0.1: anybody who reaches it plays everybody's bots.")
            )
        asyncio.run(self._serve(host, port))

    async def _serve(self, host: str, port: int) -> None:
        folder = settings.DATA_DIR / "sandbox"
        store = Store(folder)
        world = World(store.load(), now=clock.now, files=FileStore(folder / "files"))
        settle(world, read_partners(settings.BASE_DIR / "partners" / "demo"))
        machine = ProductClock(tick=run_timetable) if settings.SANDBOX_CLOCK else None
        sandbox = Sandbox(world, store=store, machine=machine)
        try:
            await sandbox.start(host, port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                _("Can't listen on %(host)s:%(port)s (%(reason)s). Stop the other program or choose --port.")
                % {"host": host, "port": port, "reason": reason}
            ) from None
        self.stdout.write(_("The sandbox is ready: %(url)s") % {"url": f"http://{host}:{port}/"})
        self.stdout.flush()
        await asked_to_stop()
        await sandbox.stop()
        if machine is not None:
            await asyncio.to_thread(close_connections)


def read_partners(folder: Path) -> list[DemoPartner]:
    """An unreadable file is left out: the commands that import it tell what is wrong with it."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            config = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            continue
        partner = DemoPartner.read(config) if isinstance(config, dict) else None
        if partner is not None:
            found.append(partner)
    return found


async def asked_to_stop() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
