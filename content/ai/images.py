"""YandexART: a picture is ordered, drawn for some minutes, and then fetched."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from content.ai.accounts import network_yandex, yandex_of
from content.ai.http import MALFORMED
from content.ai.troubles import AiError, Trouble
from content.ai.types import Ordered
from content.ai.yandex import Yandex
from partners.models import YandexAccount

MODEL = "yandex-art/latest"
_LONGEST_ID = 120
_INVALID_ARGUMENT = 3  # gRPC's code: of a prompt that the model's own rules do not allow


@dataclass(frozen=True, slots=True)
class Artist:
    """A folder's pictures. Their health and places are their own: when they fail, answers do not stop."""

    yandex: Yandex

    @property
    def name(self) -> str:
        return self.yandex.name

    @property
    def account(self) -> str:
        return f"{self.yandex.account}:pictures"

    @property
    def places(self) -> tuple[str, int]:
        return f"yandex:{self.yandex.folder_id}:pictures", settings.AI_PLACES

    def order(self, prompt: str, seed: int) -> Ordered:
        """Raises AiError."""
        body = {
            "modelUri": self.yandex.uri("art", MODEL),
            "generationOptions": {
                "mimeType": "image/jpeg",
                "seed": str(seed),
                "aspectRatio": {"widthRatio": "1", "heightRatio": "1"},
            },
            "messages": [{"weight": "1", "text": prompt}],
        }
        try:
            answer = self.yandex.ask("imageGenerationAsync", body)
        except AiError as error:
            raise _of_art(error) from None
        operation = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(operation, str) or not 0 < len(operation) <= _LONGEST_ID:
            raise AiError(Trouble.NONSENSE, perhaps_charged=True)
        return Ordered(operation, MODEL)

    def fetch(self, operation: str) -> bytes | None:
        """The file, None while it is being drawn. Raises AiError; what it has cost is known since it was ordered."""
        try:
            answer = self.yandex.look(operation)
        except AiError as error:
            raise _of_art(error, gone=True) from None
        try:
            return _file(answer)
        except (*MALFORMED, binascii.Error):
            raise AiError(Trouble.NONSENSE, perhaps_charged=True) from None


def artist_for(partner_id: int) -> Artist | None:
    """The partner's own folder or the network's, where pictures are switched on. Behind the partner's door."""
    account = YandexAccount.objects.filter(partner_id=partner_id, art_enabled=True).first()
    yandex = yandex_of(account) if account else None
    if yandex is None and settings.YANDEX_ART_ENABLED:
        yandex = network_yandex()
    return Artist(yandex) if yandex else None


def _file(answer: Mapping[str, Any]) -> bytes | None:
    if not answer["done"]:
        return None
    if error := answer.get("error"):
        raise AiError(Trouble.FILTERED if error["code"] == _INVALID_ARGUMENT else Trouble.REFUSED)
    return base64.b64decode(answer["response"]["image"], validate=True)


def _of_art(error: AiError, *, gone: bool = False) -> AiError:
    """What the same refusal means for pictures. `gone`: an unknown address is that of the operation."""
    meanings = {Trouble.FORBIDDEN: Trouble.NO_ART} | ({Trouble.NO_MODEL: Trouble.LOST} if gone else {})
    trouble = meanings.get(error.trouble, error.trouble)
    return AiError(trouble, perhaps_charged=error.perhaps_charged, code=error.code)
