from __future__ import annotations

import random
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from content.knowledge.folder import documents
from content.knowledge.reading import read
from content.models import Document
from content.posts.kinds import Kind
from content.services.catalogue import load_pay_plan, load_products
from content.services.knowledge import load_folder
from content.services.media import take_in_products
from content.services.posts import plans
from content.services.posts.decision import CURATOR
from content.services.posts.drafts import order
from content.services.posts.writing import compose_now, finish
from funnels.invented import World, arrivals
from funnels.models import FunnelVersion
from funnels.services.invention import FIRST_ID, invent, invent_answers, prepare
from funnels.services.script import definition
from funnels.services.sequences import published_sequences
from funnels.services.versions import MAIN, NotPublishable, newest, publish, save_draft
from partners import clock, tenancy
from partners.models import Link, Membership, Partner
from partners.onboarding.config import PartnerConfig
from partners.services.partners import SaveRefused, save_partner
from partners.strict_yaml import FileError
from partners.yaml_model import read_model

ROOT = Path(settings.BASE_DIR)
PRESETS = ROOT / "content" / "presets"
PARTNERS = sorted((ROOT / "partners" / "demo").glob("*.yaml"))  # each is called like the partner's id
PAST = timedelta(days=60)
PASSWORD = "demo"  # only where DEBUG is on
LINKS = (
    ("instagram_bio", "Instagram", "Шапка профиля", ""),
    ("story", "Instagram", "История о завтраке", "pain"),
    ("card", "Визитка", "QR-код на визитке", "questions"),
)
POSTS: tuple[Kind, ...] = ("product", "tips")
LOGINS = (
    ("admin", Membership.Role.OPERATOR, None),
    ("anna", Membership.Role.OWNER, "anna"),
    ("anna-helper", Membership.Role.ASSISTANT, "anna"),
)


class Command(BaseCommand):
    help = "Load the demo network. What is there already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--people", type=int, default=0, help="invent so many for each partner whom nobody has visited yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            with transaction.atomic(), tenancy.all_partners():
                for line in load(now):
                    self.stdout.write(line)
        except FileError as error:
            raise CommandError(str(error)) from None
        except NotPublishable as error:
            raise CommandError("\n".join(problem.sentence for problem in error.problems)) from None
        for line in load_people(options["people"], now):
            self.stdout.write(line)


def load(now: datetime) -> Iterator[str]:
    """Behind the door to all partners. Tells what it does while doing it."""
    yield load_catalogue(now)
    yield load_articles(now)
    yield load_funnel(now)
    for file in sorted((ROOT / "funnels" / "presets" / "sequences").glob("*.yaml")):
        yield load_sequence(file, now)
    for file in PARTNERS:
        yield load_partner(file, now)
    yield load_posts(now)
    yield from load_logins()


def load_catalogue(now: datetime) -> str:
    products, plan = PRESETS / "products.yaml", PRESETS / "payplan.yaml"
    loaded = load_products(text=_text(products), name=products.name, pictures=PRESETS / "pictures")
    load_pay_plan(text=_text(plan), name=plan.name)
    take_in_products(now=now)
    counts = {"created": loaded.created, "updated": loaded.updated, "kept": loaded.kept}
    return _("Products: %(created)s created, %(updated)s updated, %(kept)s kept.") % counts


def load_articles(now: datetime) -> str:
    folder = PRESETS / "knowledge"
    if Document.objects.filter(partner=None, collection=folder.name).exists():
        return _("Articles: kept.")
    sources = [(path, read(path, file.read_bytes())) for path, file in documents(folder)]
    load_folder(partner_id=None, collection=folder.name, sources=sources, now=now)
    return _("Articles: %(count)s loaded.") % {"count": len(sources)}


def load_funnel(now: datetime) -> str:
    if FunnelVersion.objects.filter(kind=FunnelVersion.Kind.FUNNEL, key="main", partner=None).exists():
        return _("Funnel: kept.")
    text = _text(ROOT / "funnels" / "presets" / "main.yaml")
    version = save_draft(key="main", text=text, partner=None, author=None, now=now)
    publish(version=version, now=now)
    return _("Funnel: version %(number)s published.") % {"number": version.number}


def load_sequence(file: Path, now: datetime) -> str:
    kind, key = FunnelVersion.Kind.SEQUENCE, file.stem
    if FunnelVersion.objects.filter(kind=kind, key=key, partner=None).exists():
        return _("Sequence %(key)s: kept.") % {"key": key}
    version = save_draft(kind=kind, key=key, text=_text(file), partner=None, author=None, now=now)
    publish(version=version, now=now)
    return _("Sequence %(key)s: version %(number)s published.") % {"key": key, "number": version.number}


def load_partner(file: Path, now: datetime) -> str:
    config, lines = read_model(_text(file), file.name, PartnerConfig)
    if Partner.objects.filter(slug=config.partner.id).exists():
        return _("Partner %(name)s: kept.") % {"name": config.partner.name}
    try:
        saved = save_partner(config=config, now=now)
    except SaveRefused as refused:
        raise FileError([lines.problem(refused.path, "refused", str(refused))]) from None
    for code, campaign, material, entry in LINKS:
        Link.objects.create(
            partner=saved.partner,
            code=code,
            campaign=campaign,
            material=material,
            entry=entry,
            created_at=now,
        )
    values = {"name": config.partner.name, "bot": config.telegram.bot_username}
    return _("Partner %(name)s: created with the bot @%(bot)s.") % values


def load_posts(now: datetime) -> str:
    """Anna's plan of the week, and two posts that wait for her."""
    partner = Partner.objects.get(slug="anna")
    if not plans.propose_week(partner_id=partner.pk, now=now):
        return _("Posts: kept.")
    for kind in POSTS:
        post = order(partner_id=partner.pk, kind=kind, by=CURATOR, now=now)
        finish(post, compose_now(post, now), now)
    return _("Posts: a plan of the week, and %(count)s that wait for a decision.") % {"count": len(POSTS)}


def load_people(count: int, now: datetime) -> Iterator[str]:
    """Two months of people for our own partners, so that the statistics have something to show. Outside of any door."""
    if not count:
        return
    with tenancy.all_partners():
        ours = Partner.objects.filter(slug__in=[file.stem for file in PARTNERS])
        lonely = list(ours.filter(lead=None).values_list("pk", "name"))
        version = newest(key=MAIN, partner_id=None)
        world = World(definition(version.pk), published_sequences(partner_id=None)) if version else None
    if not lonely or version is None or world is None:
        return
    chance = random.Random(1)
    prepare(world=world, lives=count, chance=chance, now=now)
    for partner_id, name in lonely:
        came = arrivals(chance, count, since=now - PAST, now=now)
        with tenancy.partner(partner_id):
            invent(
                partner_id=partner_id, version=version.pk, came=came, lives=count, chance=chance,
                first_id=FIRST_ID, now=now,
            )  # fmt: skip
            invent_answers(partner_id=partner_id)
        yield _("Partner %(name)s: %(count)s invented people of the last two months.") % {"name": name, "count": count}


def load_logins() -> Iterator[str]:
    if not settings.DEBUG:
        yield _("Logins: none, because DEBUG is off. Make one with: manage.py createsuperuser")
        return
    for username, role, slug in LOGINS:
        partner = Partner.objects.filter(slug=slug).first() if slug else None
        if not User.objects.filter(username=username).exists() and (partner or slug is None):
            is_operator = role == Membership.Role.OPERATOR
            user = User(username=username, is_staff=True, is_superuser=is_operator)
            user.set_password(PASSWORD)
            user.save()
            Membership.objects.create(user=user, role=role, partner=partner)
        values = {"login": username, "password": PASSWORD, "role": role.label}
        yield _("Login: %(login)s / %(password)s (%(role)s)") % values


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
