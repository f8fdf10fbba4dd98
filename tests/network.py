"""What every bot speaks from: the shipped texts, published for the whole network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from content.models import PayPlanVersion, Product
from funnels.models import FunnelVersion
from funnels.services.script import forget_scripts
from partners import tenancy
from partners.strict_yaml import read_yaml
from tests.factories import NOW


def _products(file: Path) -> list[dict[str, Any]]:
    data, _lines = read_yaml(file.read_text(encoding="utf-8"), file.name)
    return list(data["products"])


def publish_network() -> FunnelVersion:
    base = Path(settings.BASE_DIR)
    with tenancy.all_partners():
        for row in _products(base / "content/presets/products.yaml"):
            Product.objects.create(**row | {"picture": ""})
        plan = (base / "content/presets/payplan.yaml").read_text()
        PayPlanVersion.objects.create(valid_from=NOW.date(), text=plan)
        version = FunnelVersion.objects.create(
            key="main",
            number=1,
            text=(base / "funnels/presets/main.yaml").read_text(),
            status=FunnelVersion.Status.PUBLISHED,
            created_at=NOW,
            published_at=NOW,
        )
    forget_scripts()
    return version


def publish_sequence(key: str) -> FunnelVersion:
    """A shipped warm-up sequence, for the whole network."""
    text = (Path(settings.BASE_DIR) / "funnels/presets/sequences" / f"{key}.yaml").read_text()
    with tenancy.all_partners():
        return FunnelVersion.objects.create(
            kind=FunnelVersion.Kind.SEQUENCE,
            key=key,
            number=1,
            text=text,
            status=FunnelVersion.Status.PUBLISHED,
            created_at=NOW,
            published_at=NOW,
        )
