"""Keeps the state in one JSON file, so that the next start goes on where this one ended."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from .state import State
from .world import World

SAVE_EVERY = 1.0
# a crash may forget the last second: new updates must not get numbers that bots have seen
UPDATE_ID_GAP = 1000
STATE = TypeAdapter(State)
log = logging.getLogger(__name__)


class Store:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "state.json"
        self._dirty = False

    def load(self) -> State:
        """An unreadable file is put aside and the sandbox starts anew."""
        if not self.path.exists():
            return State()
        try:
            state = STATE.validate_json(self.path.read_bytes())
        except ValidationError:
            aside = self.path.with_suffix(".broken")
            self.path.replace(aside)
            log.warning("The saved sandbox could not be read; it is put aside as %s.", aside)
            return State()
        for bot in state.bots.values():
            bot.last_update_id += UPDATE_ID_GAP if bot.last_update_id else 0
        return state

    def save(self, state: State) -> None:
        self._write(STATE.dump_json(state))

    def _write(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        # tokens inside: for the owner's eyes only
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        draft.replace(self.path)

    async def keep_saving(self, world: World) -> None:
        """Saves a second after a change, until cancelled."""
        world.listeners.append(lambda _: self._touch())
        while True:
            await asyncio.sleep(SAVE_EVERY)
            if self._dirty:
                self._dirty = False
                await asyncio.to_thread(self._write, STATE.dump_json(world.state))

    def _touch(self) -> None:
        self._dirty = True
