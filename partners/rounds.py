"""A periodic task goes round the partners for whom there is something to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from partners import clock, log_context, tenancy

log = logging.getLogger(__name__)


def for_each(partner_ids: Iterable[int], service: Callable[..., object]) -> None:
    """Each behind the partner's own door. What goes wrong for one must not keep the others waiting."""
    for partner_id in partner_ids:
        try:
            with tenancy.partner(partner_id):
                service(partner_id=partner_id, now=clock.now())
        except Exception:
            with log_context.bound(partner=partner_id):
                log.exception("%s failed for partner %s", service.__name__, partner_id)
