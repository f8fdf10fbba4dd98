from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.ai.standin import Fault, Standin
from content.ai.standin.server import METHODS


class Command(BaseCommand):
    help = "Run a stand-in for Yandex Cloud on this machine, to try the AI curator without a key. Only with DEBUG=1."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8082)
        parser.add_argument("--latency", type=float, default=0.0, help="Seconds that the model thinks.")
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="METHOD=FAULT",
            help=f"What always fails and how. Methods: {', '.join(METHODS)}; faults: {', '.join(Fault)}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(_("The stand-in answers whoever asks: start it with DEBUG=1 only."))
        faults = dict(_fault(text) for text in options["fault"])
        try:
            standin = Standin(port=options["port"], latency=options["latency"])
        except OSError:
            raise CommandError(_("Port %(port)s is taken: choose another with --port.") % options) from None
        standin.always.update(faults)
        if options["verbosity"]:
            self._tell(standin.url)
        try:
            standin.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("")

    def _tell(self, url: str) -> None:
        self.stdout.write(_("The stand-in listens at %(url)s. Start the product with:") % {"url": url})
        self.stdout.write(
            f"YANDEX_LLM_URL={url} YANDEX_IAM_URL={url} YANDEX_FOLDER_ID=b1gdemo YANDEX_API_KEY=demo make run"
        )


def _fault(text: str) -> tuple[str, Fault]:
    method, _equals, fault = text.partition("=")
    if method not in METHODS or fault not in list(Fault):
        raise CommandError(_("“%(text)s” is not METHOD=FAULT, as in completion=quota.") % {"text": text[:60]})
    return method, Fault(fault)
