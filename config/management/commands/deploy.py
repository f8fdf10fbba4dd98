from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deploy import checkout, remote
from deploy.wish import Refused, Target, Wish


class Command(BaseCommand):
    help = "Prepare a bare Debian 12 over SSH, or bring a server up to date. What is right already is left alone."
    requires_system_checks = ()  # nothing of this computer's installation matters

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("host")
        parser.add_argument("--check", action="store_true", help="only show what would change")
        parser.add_argument("--domain", required=True, help="the address of the pages, pointing to the server")
        parser.add_argument("--user", default="root", help="who logs in; others need sudo without a password")
        parser.add_argument("--port", type=int, default=22)
        parser.add_argument("--key", type=Path, metavar="FILE", help="private SSH key")
        parser.add_argument("--known-hosts", type=Path, metavar="FILE", help="instead of ~/.ssh/known_hosts")
        parser.add_argument("--ref", default="HEAD", help="commit, tag or branch of this checkout")
        parser.add_argument("--runners", type=int, default=2, help="processes that share the bots out")
        parser.add_argument("--email", default="", help="where Let's Encrypt writes to")
        parser.add_argument("--certificate", default="", metavar="PATH", help="on the server, if you have your own")
        parser.add_argument("--certificate-key", default="", metavar="PATH")
        parser.add_argument(
            "--no-start", dest="start", action="store_false", help="have everything ready, start nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["ref"] == "HEAD" and checkout.has_changes():
            self.stderr.write("This checkout has changes that are not committed: they are not deployed.")
        try:
            deploy(options)
        except Refused as refused:
            raise CommandError(str(refused)) from None


def deploy(options: dict[str, Any]) -> None:
    """Raises Refused."""
    target = Target(*(options[name] for name in ("host", "user", "port", "key", "known_hosts")))
    release = checkout.release_of(options["ref"])
    names = ("domain", "runners", "email", "certificate", "certificate_key", "start")
    with TemporaryDirectory() as folder:
        archive = checkout.archive(options["ref"], Path(folder))
        wish = Wish(release=release, archive=str(archive), **{name: options[name] for name in names})
        remote.run_pyinfra(target, wish.for_pyinfra(), check=options["check"])
