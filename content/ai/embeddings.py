"""Vectors for searching, where an embedding provider is set."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from django.conf import settings

from content.ai import breaker
from content.ai.accounts import network_yandex, own_yandex, price_for
from content.ai.budget import Spending
from content.ai.calls import Asking, Clock, call
from content.ai.http import Patience
from content.ai.tokens import estimate
from content.ai.troubles import AiError
from content.ai.yandex import EmbeddedKind, Yandex
from partners import tenancy

MODEL = "text-search-doc/latest"  # of the documents' vectors
QUICK = Patience(connect=1, read=1.5)  # somebody waits, and without a vector is answered as well
_INTERVAL = 0.125  # seconds: the quota is ten a second, two of them are left for questions


@dataclass(frozen=True, slots=True)
class Embedder:
    """A folder's vectors. Their health and places are their own: when they fail, answers do not stop."""

    yandex: Yandex

    @property
    def name(self) -> str:
        return self.yandex.name

    @property
    def account(self) -> str:
        return f"{self.yandex.account}:search"

    @property
    def places(self) -> tuple[str, int]:
        return f"yandex:{self.yandex.folder_id}:search", settings.AI_PLACES


def embedder_for(partner_id: int | None) -> Embedder | None:
    """The partner's own folder or the network's: their vectors are of one kind. Behind the door of a partner named."""
    yandex = (own_yandex(partner_id) if partner_id is not None else None) or network_yandex()
    return Embedder(yandex) if yandex else None


def embed_query(*, spending: Spending, text: str, now: Clock) -> tuple[float, ...] | None:
    """The vector of a question, on the partner's budget; None if nobody makes one in time.

    Outside of any transaction.
    """
    with tenancy.partner(spending.partner_id):
        embedder = embedder_for(spending.partner_id)
    if embedder is None:
        return None
    yandex = replace(embedder.yandex, patience=QUICK)
    price = price_for(yandex.name, "text-search-query/latest", now().date())
    most = estimate(text), 0
    try:
        embedding = call(
            Asking(spending, now),
            embedder,
            price=price,
            tokens=most,
            make=lambda: yandex.embed(text, "query"),
            trouble_of=lambda _embedding: None,
            wait=0,
        )
    except AiError:
        return None
    return embedding.vector


def embed_document(embedder: Embedder, text: str, now: Clock) -> tuple[float, ...]:
    """One piece of a document. Raises AiError. Vectors of documents are on nobody's budget."""
    breaker.admit(embedder.account, now())
    try:
        vector = embed_slowly(embedder.yandex, text, "doc")
    except AiError as error:
        breaker.failed(embedder.account, error.trouble, now())
        raise
    breaker.worked(embedder.account, now())
    return vector


def embed_slowly(yandex: Yandex, text: str, kind: EmbeddedKind) -> tuple[float, ...]:
    """Eight a second at most in this process. Raises AiError."""
    _pace.wait()
    return yandex.embed(text, kind).vector


class _Pace:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at = 0.0

    def wait(self) -> None:
        with self._lock:
            time.sleep(max(0.0, self._free_at - time.monotonic()))
            self._free_at = time.monotonic() + _INTERVAL


_pace = _Pace()
