"""A network of invented partners and people in an empty database: to measure, and to look at pages full of numbers."""

from __future__ import annotations

import random
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from analytics.services import rollups
from funnels.invented import SAMPLES, World, arrivals, shares
from funnels.management.commands.load_demo import load_catalogue, load_funnel, load_sequence
from funnels.services.invention import FIRST_ID, invent, invent_answers, invent_posts, prepare
from funnels.services.script import definition
from funnels.services.sequences import published_sequences
from funnels.services.versions import MAIN, newest
from partners import clock, tenancy
from partners.fields import Secret
from partners.models import Bot, Link, Partner

BATCH = 5_000
ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Almaty", "Europe/Berlin", "Asia/Vladivostok")
CAMPAIGNS = ("Instagram", "VK", "Визитка", "Telegram-канал", "Вебинар")


class Command(BaseCommand):
    help = "Fill an empty database with invented partners, leads and about fourteen events for each lead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partners", type=int, default=20)
        parser.add_argument("--leads", type=int, default=10_000, help="of all partners together")
        parser.add_argument("--days", type=int, default=365, help="how long ago the first ones came")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same network")

    def handle(self, *args: Any, **options: Any) -> None:
        now, chance = clock.now(), random.Random(options["seed"])
        partners, leads, days = options["partners"], options["leads"], options["days"]
        if min(partners, days) < 1 or leads < partners:
            raise CommandError(_("At least one partner, one day, and a lead for each partner."))
        with tenancy.all_partners():
            if Partner.objects.exists():
                raise CommandError(_("This database has partners already. Invented ones belong into an empty one."))
            world, version = _world(now)
        lives = min(leads, SAMPLES)
        prepare(world=world, lives=lives, chance=chance, now=now)
        events = done = 0
        for number, count in enumerate(shares(partners, leads), start=1):
            with tenancy.all_partners():
                partner = _partner(number, now, days, chance)
            came = arrivals(chance, count, since=now - timedelta(days=days), now=now)
            for start in range(0, count, BATCH):
                batch, first_id = came[start : start + BATCH], FIRST_ID + start
                with tenancy.partner(partner.pk):
                    events += invent(
                        partner_id=partner.pk,
                        version=version,
                        came=batch,
                        lives=lives,
                        chance=chance,
                        first_id=first_id,
                        now=now,
                    )
                done += len(batch)
                self._progress(_("leads"), done, leads)
            with tenancy.partner(partner.pk):
                invent_answers(partner_id=partner.pk)
                invent_posts(partner_id=partner.pk, days=days, now=now)
        rollups.roll_up(now=now, progress=lambda done, total: self._progress(_("counted"), done, total))
        values = {"partners": partners, "leads": leads, "events": events}
        self.stdout.write(_("%(partners)s partners, %(leads)s leads, %(events)s events.") % values)

    def _progress(self, what: str, done: int, total: int) -> None:
        width = 30
        bar = "█" * (width * done // total)
        self.stdout.write(f"\r{bar:<{width}} {done:,} / {total:,} {what}", ending="\n" if done >= total else "")
        self.stdout.flush()


def _world(now: datetime) -> tuple[World, int]:
    """The shipped funnel and sequences, and the number of the funnel's version."""
    load_catalogue(now)
    load_funnel(now)
    for file in sorted((Path(settings.BASE_DIR) / "funnels" / "presets" / "sequences").glob("*.yaml")):
        load_sequence(file, now)
    version = newest(key=MAIN, partner_id=None)
    assert version is not None
    return World(definition(version.pk), published_sequences(partner_id=None)), version.pk


def _partner(number: int, now: datetime, days: int, chance: random.Random) -> Partner:
    partner = Partner.objects.create(
        slug=f"invented-{number}",
        name=f"Партнёр {number:03}",
        shop_link=f"https://shop.example/{number}",
        registration_link=f"https://shop.example/join/{number}",
        time_zone=chance.choice(ZONES),
        created_at=now - timedelta(days=days),
    )
    token = Secret(f"{7_700_000_000 + number}:AA{chance.getrandbits(128):0>39}"[:46])
    Bot.objects.create(partner=partner, token=token, telegram_id=7_700_000_000 + number, wanted=Bot.Wanted.STOPPED)
    for place in range(chance.randint(2, 6)):
        campaign = chance.choice(CAMPAIGNS)
        Link.objects.create(partner=partner, code=f"link{place}", campaign=campaign, created_at=partner.created_at)
    return partner
