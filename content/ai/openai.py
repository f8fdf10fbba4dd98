"""Any server that speaks OpenAI's chat completions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from content.ai.http import MALFORMED, Authorization, Refusal, counted, post
from content.ai.tokens import estimate
from content.ai.troubles import AiError, Trouble
from content.ai.types import Completion, Prompt, Status
from partners.fields import Secret

_STATUSES: dict[str, Status] = {"stop": "ok", "length": "truncated", "content_filter": "filtered"}
_TROUBLES = {
    401: Trouble.WRONG_KEY,
    402: Trouble.BILLING,
    403: Trouble.FORBIDDEN,
    404: Trouble.NO_MODEL,
    413: Trouble.TOO_LONG,
}


@dataclass(frozen=True, slots=True)
class OpenAi:
    base_url: str
    model: str
    api_key: Secret
    name: str = "openai"

    @property
    def account(self) -> str:
        digest = hashlib.sha256(self.api_key.reveal().encode()).hexdigest()[:12]
        return f"openai:{urlsplit(self.base_url).hostname}:{digest}"

    @property
    def places(self) -> tuple[str, int]:
        return self.account, settings.AI_PLACES

    def complete(self, prompt: Prompt) -> Completion:
        messages = [{"role": "system", "content": prompt.system}]
        messages += [{"role": turn.role, "content": turn.text} for turn in prompt.turns]
        body = {
            "model": self.model,
            "messages": messages,
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
        }
        try:
            answer = post(f"{self.base_url}/chat/completions", body, Authorization("Bearer", self.api_key))
        except Refusal as refusal:
            raise _told(refusal) from None
        try:
            return self._completion(answer, prompt)
        except MALFORMED:
            raise AiError(Trouble.NONSENSE, perhaps_charged=True) from None

    def _completion(self, answer: dict[str, Any], prompt: Prompt) -> Completion:
        """Small servers of one's own do not always count: then we do."""
        choice, usage = answer["choices"][0], answer.get("usage") or {}
        text = str(choice["message"].get("content") or "")
        sent = " ".join([prompt.system, *(turn.text for turn in prompt.turns)])
        return Completion(
            text=text,
            status=_STATUSES.get(choice.get("finish_reason") or "stop", "truncated"),
            tokens_in=counted(usage.get("prompt_tokens", estimate(sent))),
            tokens_out=counted(usage.get("completion_tokens", estimate(text))),
            model=self.model,
        )


def _told(refusal: Refusal) -> AiError:
    if refusal.code == 429 and "insufficient_quota" in refusal.reason:
        return AiError(Trouble.BILLING, code=refusal.code)
    if refusal.is_temporary:
        return AiError(refusal.trouble, code=refusal.code)
    too_long = refusal.code == 400 and "context" in refusal.reason.lower()
    trouble = Trouble.TOO_LONG if too_long else _TROUBLES.get(refusal.code or 0, Trouble.REFUSED)
    return AiError(trouble, code=refusal.code)
