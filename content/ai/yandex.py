"""YandexGPT and its embeddings: Foundation Models over HTTP."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from django.conf import settings

from content.ai.http import MALFORMED, Authorization, Patience, Refusal, counted, get, post
from content.ai.iam import ServiceKey, token
from content.ai.tokens import shorten_to
from content.ai.troubles import AiError, Trouble
from content.ai.types import Completion, Embedding, Prompt, Status
from partners.fields import Secret

DIMENSIONS = 256
LARGEST = 1e6  # JSON also knows NaN and infinity, PostgreSQL's vectors do not
MOST_EMBEDDED = 2_000  # tokens
HEADERS = {"x-data-logging-enabled": "false"}
_STATUSES: dict[str, Status] = {
    "ALTERNATIVE_STATUS_FINAL": "ok",
    "ALTERNATIVE_STATUS_PARTIAL": "truncated",
    "ALTERNATIVE_STATUS_TRUNCATED_FINAL": "truncated",
    "ALTERNATIVE_STATUS_CONTENT_FILTER": "filtered",
}
# The first that fits: HTTP status, and what the error's text tells beside it.
_MEANINGS = tuple(
    (code, re.compile(words, re.IGNORECASE), trouble)
    for code, words, trouble in (
        (401, "", Trouble.WRONG_KEY),
        (403, "billing|blocked|payment|suspend", Trouble.BILLING),
        (403, "", Trouble.FORBIDDEN),
        (404, "", Trouble.NO_MODEL),
        (400, "folder", Trouble.WRONG_FOLDER),
        (400, "token|too long|length", Trouble.TOO_LONG),
        (400, "model", Trouble.NO_MODEL),
    )
)

EmbeddedKind = Literal["doc", "query"]


@dataclass(frozen=True, slots=True)
class Yandex:
    """A folder with the right to use it: an Api-Key or a service account's key. `patience`: other than the usual."""

    folder_id: str
    model: str
    api_key: Secret
    service_key: ServiceKey | None = None
    name: str = "yandex"
    patience: Patience | None = None

    @property
    def account(self) -> str:
        key = self.service_key
        credential = key.private_key.reveal() + key.key_id if key else self.api_key.reveal()
        return f"yandex:{self.folder_id}:{hashlib.sha256(credential.encode()).hexdigest()[:12]}"

    @property
    def places(self) -> tuple[str, int]:
        alone = "32k" in self.model
        return f"yandex:{self.folder_id}{':32k' if alone else ''}", 1 if alone else settings.AI_PLACES

    def complete(self, prompt: Prompt) -> Completion:
        options = {"stream": False, "temperature": prompt.temperature, "maxTokens": str(prompt.max_tokens)}
        messages = [{"role": "system", "text": prompt.system}]
        messages += [{"role": turn.role, "text": turn.text} for turn in prompt.turns]
        body = {"modelUri": self.uri("gpt", self.model), "completionOptions": options, "messages": messages}
        answer = self.ask("completion", body)
        try:
            return self._completion(answer["result"])
        except MALFORMED:
            raise AiError(Trouble.NONSENSE, perhaps_charged=True) from None

    def embed(self, text: str, kind: EmbeddedKind) -> Embedding:
        """Of a longer text the beginning. Raises AiError."""
        model = f"text-search-{kind}/latest"
        body = {"modelUri": self.uri("emb", model), "text": shorten_to(text, MOST_EMBEDDED)}
        answer = self.ask("textEmbedding", body)
        try:
            vector = tuple(float(number) for number in answer["embedding"])
            if len(vector) != DIMENSIONS or not all(abs(number) <= LARGEST for number in vector):
                raise ValueError(len(vector))
            return Embedding(vector, counted(answer["numTokens"]), model)
        except (*MALFORMED, OverflowError):
            raise AiError(Trouble.NONSENSE, perhaps_charged=True) from None

    def _completion(self, result: Mapping[str, Any]) -> Completion:
        alternative, usage = result["alternatives"][0], result["usage"]
        return Completion(
            text=str(alternative["message"].get("text") or ""),
            status=_STATUSES.get(alternative["status"], "truncated"),
            tokens_in=counted(usage["inputTextTokens"]),
            tokens_out=counted(usage["completionTokens"]),
            model=self.model,
        )

    def uri(self, scheme: str, model: str) -> str:
        return model if "://" in model else f"{scheme}://{self.folder_id}/{model}"

    def ask(self, method: str, body: dict[str, Any]) -> Any:
        """Raises AiError."""
        url = f"{settings.YANDEX_LLM_URL}/foundationModels/v1/{method}"
        return self._call(lambda auth, headers: post(url, body, auth, headers, self.patience))

    def look(self, operation: str) -> Any:
        """How it goes with what takes minutes. Raises AiError."""
        url = f"{settings.YANDEX_LLM_URL}/operations/{quote(operation, safe='')}"
        return self._call(lambda auth, headers: get(url, auth, headers, self.patience))

    def _call(self, send: Callable[[Authorization, dict[str, str]], Any]) -> Any:
        """A token that is no longer accepted is renewed once."""
        used = self._token()
        try:
            return send(*self._headers(used))
        except Refusal as refusal:
            if refusal.code != 401 or self.service_key is None:
                raise _told(refusal) from None
        try:
            return send(*self._headers(self._token(refused=used)))
        except Refusal as refusal:
            raise _told(refusal) from None

    def _token(self, refused: Secret | None = None) -> Secret:
        if self.service_key is None:
            return self.api_key
        return token(self.account, self.service_key, refused=refused, patience=self.patience)

    def _headers(self, secret: Secret) -> tuple[Authorization, dict[str, str]]:
        auth = Authorization("Bearer" if self.service_key else "Api-Key", secret)
        return auth, {**HEADERS, "x-folder-id": self.folder_id}


def _told(refusal: Refusal) -> AiError:
    """What Yandex means by its refusal."""
    if refusal.is_temporary:
        return AiError(refusal.trouble, code=refusal.code)
    meanings = (trouble for code, words, trouble in _MEANINGS if code == refusal.code and words.search(refusal.reason))
    return AiError(next(meanings, Trouble.REFUSED), code=refusal.code)
