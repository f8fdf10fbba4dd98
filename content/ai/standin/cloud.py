"""The stand-in's rules: who may ask what, how much of it, and what the answer looks like."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from content.ai.standin import errors, models
from content.ai.standin.errors import Refused

Body = dict[str, Any]
AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"
MOST_TOKENS, MOST_EMBEDDED, MOST_DRAWN = 8_192, 2_000, 500  # the last in characters
EMBEDDINGS_A_SECOND = 10


@dataclass(slots=True)
class Cloud:
    """Empty `api_keys` and `service_keys` let everybody in. `polls`: how often a picture is not done yet."""

    folder_id: str = ""
    api_keys: frozenset[str] = frozenset()
    service_keys: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)  # by key id
    polls: int = 2
    tokens: set[str] = field(default_factory=set)
    pictures: dict[str, tuple[int, str]] = field(default_factory=dict)
    embedded: deque[float] = field(default_factory=lambda: deque(maxlen=EMBEDDINGS_A_SECOND))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, body: Body) -> Body:
        self._check_assertion(str(body.get("jwt", "")))
        made = f"t1.{secrets.token_urlsafe(32)}"
        self.tokens.add(made)
        return {"iamToken": made, "expiresAt": "2099-01-01T00:00:00Z"}

    def _check_assertion(self, jwt: str) -> None:
        try:
            head, claims = (json.loads(_decoded(part)) for part in jwt.split(".")[:2])
            signature, signed = _decoded(jwt.split(".")[2]), jwt.rpartition(".")[0]
            if claims["aud"] != AUDIENCE or claims["exp"] - claims["iat"] > 3_600 or head["alg"] != "PS256":
                raise ValueError("claims")
            if self.service_keys:
                pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
                self.service_keys[head["kid"]].verify(signature, signed.encode(), pss, hashes.SHA256())
        except (ValueError, LookupError, TypeError, InvalidSignature):
            raise Refused(401, "The JWT is not valid") from None

    def admit(self, authorization: str) -> None:
        scheme, _space, secret = authorization.partition(" ")
        if scheme == "Bearer":
            if secret not in self.tokens:
                raise errors.EXPIRED
        elif scheme != "Api-Key" or not secret or (self.api_keys and secret not in self.api_keys):
            raise errors.unknown_key(secret)

    def completion(self, body: Body) -> Body:
        self._check_model(body, "gpt")
        messages = body["messages"]
        asked = sum(models.tokens(message["text"]) for message in messages)
        if asked > MOST_TOKENS:
            raise errors.too_long(MOST_TOKENS, asked)
        return completed(models.say(messages), asked, "ALTERNATIVE_STATUS_FINAL")

    def embedding(self, body: Body) -> Body:
        self._check_model(body, "emb")
        count = models.tokens(body["text"])
        if count > MOST_EMBEDDED:
            raise errors.too_long(MOST_EMBEDDED, count)
        with self.lock:
            if len(self.embedded) == EMBEDDINGS_A_SECOND and time.monotonic() - self.embedded[0] < 1:
                raise errors.RATE
            self.embedded.append(time.monotonic())
        return {"embedding": models.embed(body["text"]), "numTokens": str(count), "modelVersion": "stand-in"}

    def picture(self, body: Body) -> Body:
        self._check_model(body, "art")
        options = body["generationOptions"]
        if options.get("mimeType") != "image/jpeg" or not 0 <= int(options.get("seed", 0)) < 2**63:
            raise Refused(400, "generation options are not valid")
        text = " ".join(message["text"] for message in body["messages"])
        if not 0 < len(text) <= MOST_DRAWN:
            raise Refused(400, f"text length must be between 1 and {MOST_DRAWN} characters, got {len(text)}")
        number = secrets.token_hex(10)
        self.pictures[number] = self.polls, models.draw(text, str(options.get("seed", "")))
        return {"id": number, "description": "", "done": False}

    def operation(self, number: str) -> Body:
        if number not in self.pictures:
            raise Refused(404, f"Operation {number} not found")
        polls, image = self.pictures[number]
        self.pictures[number] = polls - 1, image
        return (
            {"id": number, "done": False} if polls > 0 else {"id": number, "done": True, "response": {"image": image}}
        )

    def _check_model(self, body: Body, scheme: str) -> None:
        own, _slash, model = str(body.get("modelUri", "")).removeprefix(f"{scheme}://").partition("/")
        if self.folder_id and own != self.folder_id:
            raise errors.wrong_folder(own, self.folder_id)
        if not model or "unknown" in model:
            raise Refused(404, f"Failed to get model: model {model!r} not found")


def completed(text: str, asked: int, status: str) -> Body:
    said = models.tokens(text)
    usage = {"inputTextTokens": str(asked), "completionTokens": str(said), "totalTokens": str(asked + said)}
    alternative = {"message": {"role": "assistant", "text": text}, "status": status}
    return {"result": {"alternatives": [alternative], "usage": usage, "modelVersion": "stand-in"}}


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
