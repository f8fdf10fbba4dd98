"""/help for the partner and the helpers: what there is for them."""

from __future__ import annotations

from collections.abc import Sequence

from botrunner.panel.visit import Messages, Visit
from content.messages import Html, escape
from funnels.panel_texts import Say
from funnels.services.presets import panel_texts


def show(visit: Visit, commands: Sequence[tuple[str, str]]) -> Messages:
    listed = Html("\n".join(f"/{name} — {escape(text)}" for name, text in commands))
    key: Say = "help_owner" if visit.role == "owner" else "help_helper"
    return (panel_texts().message(key, visit.script.partner, {"commands": listed}),)
