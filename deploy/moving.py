"""Moving an installation from one server to another, so that at no moment both run.

A rehearsal copies everything while the old one goes on, and tells how long the pause will be. Then the old one is
held, the last copy goes over, every table is compared, and the new one starts. Until it is told to start, whatever
fails lets the old one go on.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deploy.remote import ssh
from deploy.wish import Refused, Target, expect

T = TypeVar("T")
PROGRAM = ("/opt/curator/bin/curator-transfer",)


@dataclass(frozen=True)
class Server:
    target: Target
    program: tuple[str, ...] = PROGRAM

    def command(self, *words: str) -> list[str]:
        return ssh(self.target, *self.program, *words)

    def do(self, *words: str) -> str:
        """The last line of what it printed. Raises Refused."""
        done = subprocess.run(self.command(*words), stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise Refused(f"{self.target.host}: {words[0]} failed.")
        return (done.stdout.strip().splitlines() or [""])[-1]

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.do("status")))


@dataclass
class Move:
    """`clock`: seconds."""

    old: Server
    new: Server
    clock: Callable[[], float]
    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    def look(self) -> dict[str, Any]:
        """Whether it can be done, and where an earlier try has come to. Raises Refused."""
        old, new = self.old.status(), self.new.status()
        expect(old["installed"], f"{self.old.target.host} has no installation.")
        expect(new["installed"], f"{self.new.target.host} is not prepared: deploy to it with --no-start.")
        expect(not new["runs"], f"{self.new.target.host} runs an installation already: it would be replaced.")
        expect(new["held"], f"{self.new.target.host} may start by itself: deploy to it with --no-start.")
        return old

    def rehearse(self) -> float:
        """Seconds that the pause would last. The old server goes on meanwhile."""
        self.pipe("send-settings", "receive-settings")
        began = self.clock()
        self.copy(moved=False)
        return self.clock() - began

    def move(self) -> float:
        """Seconds during which nobody ran. Raises Refused; the old server then runs again, if it can be reached."""
        began = self.clock()
        try:
            self.timed("stopping", lambda: self.old.do("hold"))
            self.pipe("send-settings", "receive-settings")
            self.copy(moved=True)
        except BaseException as trouble:
            self.go_back()
            raise trouble
        self.timed("starting", lambda: self.new.do("release"))
        return self.clock() - began

    def go_back(self) -> None:
        """The new server has not started, so nothing is lost."""
        self.say(f"Not moved. {self.old.target.host} is started again…")
        self.old.do("release")

    def copy(self, *, moved: bool) -> None:
        name = self.timed("packing", lambda: self.old.do("pack"))
        self.timed("copying", lambda: self.pipe("send", "receive", name))
        self.timed("restoring and comparing", lambda: self.new.do("restore", name, *(["--moved"] if moved else [])))

    def pipe(self, send: str, receive: str, *words: str) -> None:
        """From one server to the other through this computer, of which nothing touches the disk."""
        source = subprocess.Popen(self.old.command(send, *words), stdout=subprocess.PIPE)
        sink = subprocess.run(self.new.command(receive, *words), stdin=source.stdout, check=False)
        assert source.stdout is not None
        source.stdout.close()
        if source.wait() or sink.returncode:
            raise Refused(f"{receive} failed between {self.old.target.host} and {self.new.target.host}.")

    def timed(self, what: str, work: Callable[[], T]) -> T:
        began = self.clock()
        result = work()
        self.seconds[what] = self.clock() - began
        self.say(f"  {what}: {self.seconds[what]:.1f} s")
        return result

    def clear(self) -> None:
        for server in (self.old, self.new):
            server.do("clear")
