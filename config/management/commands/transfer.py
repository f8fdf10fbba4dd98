import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deploy.moving import Move, Server
from deploy.wish import Refused, Target


class Command(BaseCommand):
    help = (
        "Move a running installation to a server that `deploy --no-start` has prepared. First a rehearsal while the "
        "old one goes on; then a pause, which is measured. May be repeated after a failure."
    )
    requires_system_checks = ()  # nothing of this computer's installation matters

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("old", "new"):
            parser.add_argument(name)
            parser.add_argument(f"--{name}-user", default="root")
            parser.add_argument(f"--{name}-port", type=int, default=22)
            parser.add_argument(f"--{name}-key", type=Path, metavar="FILE")
        parser.add_argument("--known-hosts", type=Path, metavar="FILE", help="instead of ~/.ssh/known_hosts")
        parser.add_argument("--check", action="store_true", help="only look whether it can be done, and how far it is")
        parser.add_argument("--rehearse", action="store_true", help="only the rehearsal")
        parser.add_argument("--yes", action="store_true", help="do not ask before the pause")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            old, new = (server(name, options) for name in ("old", "new"))
            if old.target == new.target:
                raise Refused("Both are the same server.")
            self.move(Move(old, new, time.monotonic, self.stdout.write), options)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def move(self, move: Move, options: dict[str, Any]) -> None:
        state = move.look()
        if state["held"]:
            self.stdout.write("The old server has been stopped by an earlier try: the last copy comes next.")
        else:
            self.stdout.write("The old server runs, the new one waits: a rehearsal comes next.")
        if options["check"]:
            return
        if not state["held"]:
            pause = move.rehearse()
            self.stdout.write(f"Rehearsed. Expect a pause of {pause:.0f} s, and some seconds to stop and to start.")
        if options["rehearse"] or not (options["yes"] or asked("Stop the old server now? Type yes: ")):
            self.stdout.write("Nothing was stopped.")
            return
        pause = move.move()
        self.stdout.write(self.style.SUCCESS(f"Moved. Nobody ran for {pause:.1f} s; every table equals the old one."))
        move.clear()
        self.stdout.write(
            f"The old server stays stopped. Point the domain to {move.new.target.host}, then repeat deploy to it: "
            "it asks for its own certificate."
        )


def server(name: str, options: dict[str, Any]) -> Server:
    user, port, key = (options[f"{name}_{what}"] for what in ("user", "port", "key"))
    return Server(Target(options[name], user, port, key, options["known_hosts"]))


def asked(question: str) -> bool:
    try:
        return input(question).strip() == "yes"
    except EOFError:
        return False
