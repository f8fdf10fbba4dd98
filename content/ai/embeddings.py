"""Vectors for searching, where an embedding provider is set."""

from __future__ import annotations

import threading
import time

from content.ai.accounts import network_yandex, own_yandex, price_for
from content.ai.budget import Spending
from content.ai.calls import Asking, Clock, call
from content.ai.tokens import estimate
from content.ai.troubles import AiError
from content.ai.yandex import Yandex
from partners import tenancy

MODEL = "text-search-doc/latest"  # of the documents' vectors
_INTERVAL = 0.1  # seconds: the quota is ten a second; of several processes 429 slows the rest down
_pace = threading.Lock()


def embedder_for(partner_id: int | None) -> Yandex | None:
    """The partner's own folder or the network's: their vectors are of one kind. Behind the door of a partner named."""
    return (own_yandex(partner_id) if partner_id is not None else None) or network_yandex()


def embed_query(*, spending: Spending, text: str, now: Clock) -> tuple[float, ...] | None:
    """The vector of a question, on the partner's budget; None if nobody makes one. Outside of any transaction."""
    with tenancy.partner(spending.partner_id):
        yandex = embedder_for(spending.partner_id)
    if yandex is None:
        return None
    price = price_for(yandex.name, "text-search-query/latest", now().date())
    most = estimate(text), 0
    try:
        embedding = call(
            Asking(spending, now),
            yandex,
            price=price,
            tokens=most,
            make=lambda: yandex.embed(text, "query"),
            trouble_of=lambda _embedding: None,
        )
    except AiError:
        return None
    return embedding.vector


def embed_document(yandex: Yandex, text: str) -> tuple[float, ...]:
    """One piece of a document, ten a second at most. Raises AiError. Loading documents is on nobody's budget."""
    with _pace:
        time.sleep(_INTERVAL)
    return yandex.embed(text, "doc").vector
