"""What the services of a conversation share while one update is handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from funnels.moves import Happened, Kind
from funnels.render import menu_keyboard
from funnels.services.presets import consent_texts, phrases
from funnels.services.script import Script
from funnels.speech import Voice


@dataclass(frozen=True, slots=True)
class Scene:
    """`update_id` is kept with a consent as the reference to how it was given; `step` is where the lead stands."""

    voice: Voice
    step: str
    update_id: int
    now: datetime

    def happened(self, kind: Kind, **data: object) -> Happened:
        return Happened(kind, self.step, self.now, data)


def voice_of(script: Script) -> Voice:
    menu = menu_keyboard(script.funnel, script.partner.style)
    return Voice(phrases(), consent_texts(), script.partner, menu)
