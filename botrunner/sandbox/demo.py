"""Who lives in a fresh sandbox: test people, the demo partners with their bots and groups."""

from __future__ import annotations

from dataclasses import dataclass

from . import groups, people
from .state import BotAccount, Json, Person
from .world import World

PEOPLE: dict[str, dict[str, str]] = {
    "Мария": {"last_name": "Иванова", "username": "maria_ivanova", "phone": "+79161234567"},
    "Сергей": {"last_name": "Петров", "username": "sergey_petrov", "phone": "+79035550102"},
    "Айгуль": {"language_code": "kk", "phone": "+77011234567"},
    "John": {"last_name": "Smith", "username": "john_smith", "language_code": "en"},
    '<b>&"': {"username": "hostile_name"},
}


@dataclass(frozen=True, slots=True)
class DemoPartner:
    """What the sandbox needs of a partner's file."""

    name: str
    owner_id: int | None
    token: str
    bot_username: str
    bot_name: str
    group_id: int | None
    group_name: str

    @classmethod
    def read(cls, config: Json) -> DemoPartner | None:
        """None when the file has no bot."""
        partner, telegram, profile = (_section(config, name) for name in ("partner", "telegram", "profile"))
        token, username = str(telegram.get("bot_token") or ""), str(telegram.get("bot_username") or "")
        if not token or not username:
            return None
        name = str(partner.get("name") or username)
        return cls(
            name=name,
            owner_id=_number(partner.get("telegram_id")),
            token=token,
            bot_username=username.lstrip("@"),
            bot_name=str(profile.get("bot_display_name") or name),
            group_id=_number(telegram.get("group_id")),
            group_name=str(telegram.get("group_name") or name),
        )


def _section(config: Json, name: str) -> Json:
    value = config.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def settle(world: World, partners: list[DemoPartner]) -> None:
    """Adds who is missing; a second start changes nothing that happened since."""
    if not world.state.people:
        for first_name, fields in PEOPLE.items():
            world.add_person(first_name, user_id=None, **fields)
    for partner in partners:
        bot = world.add_bot(partner.token, partner.bot_username, partner.bot_name)
        owner = _owner(world, partner)
        if owner is not None:
            _open_bot(world, bot, owner)
        if partner.group_id is not None and str(partner.group_id) not in world.state.chats:
            _found_group(world, partner, bot, owner)


def _owner(world: World, partner: DemoPartner) -> Person | None:
    if partner.owner_id is None:
        return None
    first, _, last = partner.name.partition(" ")
    known = world.state.people.get(partner.owner_id)
    return known or world.add_person(first, user_id=partner.owner_id, last_name=last)


def _open_bot(world: World, bot: BotAccount, owner: Person) -> None:
    """A bot cannot write first: a partner who never pressed «Начать» would miss all alerts."""
    chat = world.private_chat(bot, owner)
    if not chat.last_message_id:
        people.send_text(world, owner, chat, "/start")


def _found_group(world: World, partner: DemoPartner, bot: BotAccount, owner: Person | None) -> None:
    group = world.add_group(partner.group_name, forum=True, chat_id=partner.group_id)
    if owner is not None:
        groups.set_member(world, group, owner.id, "creator")
    groups.set_member(world, group, bot.id, "administrator", by=owner.id if owner else None)
    for person in list(world.state.people.values())[:2]:
        groups.set_member(world, group, person.id, "member")
