"""How a partner comes into the database and changes there, whether told by files or in an interview."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel

from partners.models import Bot, Partner, YandexAccount
from partners.onboarding.config import PartnerConfig, YandexSection
from partners.onboarding.topics import as_stored, as_written
from partners.services import bots, reminders, zones
from partners.strict_yaml import Lines
from partners.yaml_model import checked

PARTNER_FIELDS = {
    ("partner", "id"): "slug",
    ("partner", "name"): "name",
    ("partner", "contact"): "contact",
    ("partner", "phone"): "phone",
    ("partner", "telegram_id"): "telegram_id",
    ("partner", "created_at"): "created_at",
    ("partner", "country"): "country",
    ("partner", "time_zone"): "time_zone",
    ("profile", "specialization"): "specialization",
    ("profile", "story"): "story",
    ("profile", "communication_style"): "communication_style",
    ("links", "nl_partner_id"): "nl_partner_id",
    ("links", "shop"): "shop_link",
    ("links", "registration"): "registration_link",
    ("telegram", "group_id"): "group_id",
    ("telegram", "group_name"): "group_title",
    ("telegram", "admin_telegram_ids"): "admin_telegram_ids",
    ("settings", "funnel_enabled"): "funnel_enabled",
    ("settings", "auto_reminders"): "auto_reminders",
    ("settings", "lead_notifications"): "lead_notifications",
}
BOT_FIELDS = {("telegram", "bot_username"): "username", ("profile", "bot_display_name"): "display_name"}


class SaveRefused(ValueError):
    """A well-formed configuration that cannot be saved: `path` names the key, the sentence is for people."""

    def __init__(self, path: tuple[str, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.path = path


@dataclass(frozen=True, slots=True)
class Saved:
    partner: Partner
    created: bool
    changed: tuple[str, ...]  # keys of the configuration, like "links.shop"


def save_partner(*, config: PartnerConfig, now: datetime) -> Saved:
    """Creates the partner, or changes what is written differently. Raises SaveRefused.

    Behind the door to all partners, because a token must not be another partner's.
    """
    with transaction.atomic():
        partner = Partner.objects.select_for_update().filter(slug=config.partner.id).first()
        created = partner is None
        partner = partner or Partner(created_at=now)
        written = _written(config, PARTNER_FIELDS)
        changed = _apply(partner, written)
        follow(partner=partner, changed={name for name, (key, _value) in written.items() if key in changed})
        if "topics" in config.model_fields_set and as_stored(config.topics) != partner.topics:
            partner.topics = as_stored(config.topics)
            changed.append("topics")
        if changed:
            partner.save()
        if "settings.auto_reminders" in changed and not created:
            reminders.switched(partner=partner, now=now)
        if "partner.time_zone" in changed and not created:
            zones.changed(partner=partner, now=now)
        changed += _save_bot(partner, config, now) + _save_yandex(partner, config)
        return Saved(partner, created, tuple(changed))


def follow(*, partner: Partner, changed: Collection[str]) -> None:
    """What hangs on these fields of the partner: to be called before it is saved."""
    if "digest_at" in changed or "time_zone" in changed:
        partner.digest_due_at = None  # it is planned anew at the next tick
    if "telegram_id" in changed:
        partner.unreachable = ""


def config_of(partner: Partner) -> PartnerConfig:
    """What `save_partner` would need to make this partner again. Behind a door that shows the partner.

    Raises FileError if something was stored that no file may say.
    """
    data: dict[str, dict[str, Any]] = {}
    for (section, key), name in PARTNER_FIELDS.items():
        data.setdefault(section, {})[key] = getattr(partner, name)
    bot = Bot.objects.filter(partner=partner).first()
    if bot:
        data["telegram"] |= {"bot_token": bot.token, "bot_username": bot.username}
        data["profile"]["bot_display_name"] = bot.display_name
    account = YandexAccount.objects.filter(partner=partner).first()
    yandex = {"yandex": {name: getattr(account, name) for name in YandexSection.model_fields}} if account else {}
    topics: dict[str, Any] = as_written(partner.topics)
    return checked({**data, **yandex, "topics": topics}, Lines(partner.slug, {}), PartnerConfig)


def _written(config: PartnerConfig, fields: dict[tuple[str, str], str]) -> dict[str, tuple[str, Any]]:
    """Model field → (key of the configuration, value), for the keys that are written."""
    written = {}
    for (section, key), name in fields.items():
        part: BaseModel = getattr(config, section)
        if key in part.model_fields_set and (key != "created_at" or part.created_at):  # type: ignore[attr-defined]
            written[name] = (f"{section}.{key}", getattr(part, key))
    return written


def _apply(row: models.Model, written: dict[str, tuple[str, Any]]) -> list[str]:
    changed = []
    for name, (key, value) in written.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(key)
    return changed


def _save_bot(partner: Partner, config: PartnerConfig, now: datetime) -> list[str]:
    bot = Bot.objects.filter(partner=partner).first()
    token = config.telegram.bot_token
    changed = []
    try:
        if bot and token and bots.replace_token(bot=bot, token=token, now=now):
            changed.append("telegram.bot_token")
        if bot is None and token:
            bot = bots.add_bot(partner=partner, token=token, now=now)
            changed.append("telegram.bot_token")
    except bots.TokenRefused as error:
        raise SaveRefused(("telegram", "bot_token"), str(error)) from None
    written = _written(config, BOT_FIELDS)
    if bot is None:
        if any(value for _key, value in written.values()):
            raise SaveRefused(("telegram", "bot_token"), _("A bot's name is written, but not its token."))
        return changed
    renamed = _apply(bot, written)
    if renamed:
        bot.save(update_fields=list(written))
        bots.notify(bot)
    return changed + renamed


def _save_yandex(partner: Partner, config: PartnerConfig) -> list[str]:
    if config.yandex is None:
        return []
    account = YandexAccount.objects.filter(partner=partner).first() or YandexAccount(partner=partner)
    values = {name: (f"yandex.{name}", getattr(config.yandex, name)) for name in YandexSection.model_fields}
    changed = _apply(account, values)
    if changed:
        account.save()
    return changed
