"""What every provider of a model can do."""

from __future__ import annotations

from typing import Protocol

from content.ai.types import Completion, Prompt


class Account(Protocol):
    """`account` names whose quota and health it is, without a secret."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def places(self) -> tuple[str, int]:
        """What its calls share (a cloud folder), and how many it lets in at once."""


class Provider(Account, Protocol):
    @property
    def model(self) -> str: ...

    def complete(self, prompt: Prompt) -> Completion:
        """Raises content.ai.troubles.AiError."""
