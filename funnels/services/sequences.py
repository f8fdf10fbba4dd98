"""The published sequences of a partner: the whole text of their own or the network's, with single own texts over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache

from django.db.models import Q

from funnels.models import FunnelVersion, TextOverride
from funnels.own_texts import OwnText, overlay
from funnels.sequence_loader import load_sequence
from funnels.sequence_schema import Sequence

IDENTITY = ("partner_id", "key", "pk")


def sequences_of(*, partner_id: int) -> dict[str, Sequence]:
    """By key, as the partner's leads get them. Behind the partner's door."""
    sequences = published_sequences(partner_id=partner_id)
    own: dict[str, list[OwnText]] = defaultdict(list)
    for sequence, step, text in TextOverride.objects.filter(partner_id=partner_id).values_list(
        "sequence", "step", "text"
    ):
        own[sequence].append(OwnText(step, text))
    return {key: overlay(sequence, own.get(key, ())) for key, sequence in sequences.items()}


def published_sequences(*, partner_id: int | None) -> dict[str, Sequence]:
    """By key, without the partner's single texts; None: the network's."""
    found = newest_sequences({partner_id} if partner_id else ())
    # The partner's own after the network's.
    return {key: sequence for (_whose, key), sequence in sorted(found.items(), key=lambda item: item[0][0] or 0)}


def newest_sequences(partner_ids: Collection[int]) -> dict[tuple[int | None, str], Sequence]:
    """By partner and key, the network's under None. One query."""
    published = FunnelVersion.objects.filter(
        Q(partner_id__in=partner_ids) | Q(partner_id=None),
        kind=FunnelVersion.Kind.SEQUENCE,
        status=FunnelVersion.Status.PUBLISHED,
    )
    # The newest comes last and stays.
    newest = {(partner_id, key): pk for partner_id, key, pk in published.order_by("number").values_list(*IDENTITY)}
    return {whose: sequence_of(pk) for whose, pk in newest.items()}


@lru_cache(maxsize=512)
def sequence_of(version_id: int) -> Sequence:
    """A published version never changes, so it is read and parsed once."""
    version = FunnelVersion.objects.get(pk=version_id)
    return load_sequence(version.text, str(version)).sequence
