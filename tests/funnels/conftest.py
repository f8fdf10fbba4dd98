from __future__ import annotations

from collections.abc import Iterator

import pytest

from content.models import PayPlanVersion, Product
from funnels.models import FunnelVersion
from funnels.services.script import forget_scripts
from partners import tenancy
from tests.factories import NOW
from tests.funnels.samples import GOOD, PLAN_TEXT, PRODUCTS


@pytest.fixture
def sample(db: None) -> Iterator[FunnelVersion]:
    """The sample funnel, published for the whole network, with products and a plan to speak of."""
    with tenancy.all_partners():
        for key in PRODUCTS:
            Product.objects.create(key=key, name=key, category="c", price_rub=1990, pv=1, as_of=NOW.date())
        PayPlanVersion.objects.create(valid_from=NOW.date(), text=PLAN_TEXT)
        version = publish(GOOD, 1)
    forget_scripts()
    yield version
    forget_scripts()


def publish(text: str, number: int) -> FunnelVersion:
    status = FunnelVersion.Status.PUBLISHED
    return FunnelVersion.objects.create(
        key="main", number=number, text=text, status=status, created_at=NOW, published_at=NOW
    )
