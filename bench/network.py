"""Fills the scratch database: the shipped funnel and as many bots as asked. Run as a process of its own.

`python -m bench.network BOTS` with DATABASE_URL set; the tokens are those of `bench.standin`.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path


def token(number: int) -> str:
    return f"{1_000 + number}:AAbench{number:0>28}"


def fill(bots: int) -> None:
    import yaml

    from content.models import PayPlanVersion, Product
    from funnels.services.versions import publish, save_draft
    from partners import tenancy
    from partners.fields import Secret
    from partners.models import Bot, Partner

    now = datetime.now(UTC)
    base = Path(__file__).resolve().parent.parent
    with tenancy.all_partners():
        for row in yaml.safe_load((base / "content/presets/products.yaml").read_text())["products"]:
            Product.objects.create(**row | {"picture": ""})  # a picture costs an upload, which is not measured here
        plan = (base / "content/presets/payplan.yaml").read_text()
        PayPlanVersion.objects.create(valid_from="2026-01-01", text=plan)
        text = (base / "funnels/presets/main.yaml").read_text()
        publish(version=save_draft(key="main", text=text, partner=None, author=None, now=now), now=now)
        partners = Partner.objects.bulk_create(
            Partner(slug=f"bench{n}", name=f"Партнёр {n}", shop_link="https://shop.example/", created_at=now)
            for n in range(bots)
        )
        Bot.objects.bulk_create(
            Bot(partner=partner, telegram_id=1_000 + n, token=Secret(token(n)), me=_me(n))
            for n, partner in enumerate(partners)
        )


def _me(number: int) -> dict[str, object]:
    return {"id": 1_000 + number, "is_bot": True, "first_name": "Bench", "username": f"bench{number}_bot"}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    fill(int(sys.argv[1]))
