"""Who may do what in the panel: the partner, a helper, anybody else. And the menus that Telegram shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from botrunner import menu
from botrunner.panel import desk
from botrunner.panel.visit import Role, Visit
from botrunner.sandbox.view import bot_view
from botrunner.services.fleet import Wish
from botrunner.turns import Turns
from content.messages import Message
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services import panel_asks
from funnels.services.presets import panel_texts
from funnels.services.script import forget_scripts, script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Turn
from funnels.wishes import Wish as LeadsWish
from partners import tenancy
from partners.models import Bot, Partner
from partners.services import invitations
from tests.botrunner.disasters import until
from tests.botrunner.walking import screen, wait_for_state
from tests.factories import NOW, make_bot, make_partner
from tests.network import publish_network
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

OWNER, HELPER, STRANGER = 777, 778, 999
ROLES: tuple[Role, ...] = get_args(Role)
HELP = LeadsWish("help")


@pytest.fixture
def bot(db: None) -> Iterator[Bot]:
    publish_network()
    yield make_bot(make_partner(telegram_id=OWNER, admin_telegram_ids=[HELPER], name="Анна"))
    forget_scripts()


def says(bot: Bot, who: int, act: Act) -> tuple[Message, ...]:
    turns = Turns(partner_id=bot.partner_id, bot_id=bot.pk, clock=lambda: NOW)
    with tenancy.partner(bot.partner_id):
        (said,) = turns._answers([Turn(Person(who, "Кто-то"), act)], NOW)
    return said


def desks_answer(bot: Bot, who: int, act: Act) -> tuple[Message, ...] | None:
    with tenancy.partner(bot.partner_id):
        visit = Visit(bot.partner_id, who, script_for(partner_id=bot.partner_id, now=NOW), NOW)
        return desk.answer(visit, Turn(Person(who, "Кто-то"), act))


def test_no_press_and_no_command_has_two_owners() -> None:
    assert not desk.HELPERS_COMMANDS.keys() & desk.OWNERS_COMMANDS.keys()
    assert not desk.HELPERS_PRESSES.keys() & desk.OWNERS_PRESSES.keys()


def test_every_command_is_described_and_nothing_else() -> None:
    assert {f"/{name}" for name in panel_texts().commands} == set(desk.COMMANDS)


@pytest.mark.parametrize("command", desk.COMMANDS)
def test_a_command_is_the_partners_and_perhaps_the_helpers(bot: Bot, command: str) -> None:
    nothing_known = says(bot, STRANGER, PanelCommand("/no_such_command"))
    assert says(bot, OWNER, PanelCommand(command)) != nothing_known
    assert says(bot, STRANGER, PanelCommand(command)) == nothing_known
    helpers = desks_answer(bot, HELPER, PanelCommand(command))
    assert (helpers is not None) == (command in desk.HELPERS_COMMANDS)


@pytest.mark.parametrize("word", desk.OWNERS_PRESSES)
def test_the_partners_own_buttons_are_no_helpers(bot: Bot, word: str) -> None:
    assert desks_answer(bot, HELPER, PanelPress(word, 1)) is None


def test_help_names_what_there_is_for_whom(bot: Bot) -> None:
    for who, role in ((OWNER, "owner"), (HELPER, "helper")):
        (said,) = says(bot, who, HELP)
        for name in panel_texts().commands:
            assert (f"/{name} —" in said.text) == (f"/{name}" in desk.commands_of(role))  # type: ignore[arg-type]
    assert "/hot_leads" not in says(bot, STRANGER, HELP)[-1].text


def test_a_press_ends_what_the_panel_waited_for(bot: Bot) -> None:
    with tenancy.partner(bot.partner_id):
        asked = {"partner_id": bot.partner_id, "telegram_id": HELPER, "now": NOW}
        panel_asks.ask(**asked, what="label")  # type: ignore[arg-type]
    says(bot, OWNER, PanelCommand("/hot_leads"))
    with tenancy.partner(bot.partner_id):
        assert panel_asks.waiting(**asked) == "label"  # type: ignore[arg-type]
    says(bot, HELPER, PanelCommand("/hot_leads"))
    with tenancy.partner(bot.partner_id):
        assert panel_asks.waiting(**asked) == ""  # type: ignore[arg-type]


# Menus


def wish(**fields: object) -> Wish:
    values = {"bot_id": 1, "partner_id": 1, "running": True, "generation": 1, "state": "running", "self_test": False}
    return Wish(**values | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ROLES)
def test_a_menu_lists_what_the_role_may(role: Role) -> None:
    names = [f"/{command['command']}" for command in menu.panel_commands(role)]
    assert set(names) == {*desk.commands_of(role), "/menu", "/help"}
    assert len(names) == len(set(names)) <= 100


def test_what_is_told_once_is_not_told_again() -> None:
    ids = {"owner_id": OWNER, "helper_ids": (HELPER, OWNER)}
    assert menu.outdated(wish(**ids)) == {OWNER: "owner", HELPER: "helper"}
    owners, helpers = menu.panel_fingerprint("owner"), menu.panel_fingerprint("helper")
    assert owners != helpers
    told = {str(OWNER): owners, str(HELPER): ""}
    assert menu.outdated(wish(**ids, panel_menus=told)) == {}
    assert menu.outdated(wish(owner_id=HELPER, panel_menus=told | {str(HELPER): helpers})) == {
        OWNER: None, HELPER: "owner",
    }  # fmt: skip


def shown(tg: SandboxServer, bot: Bot, user_id: int) -> set[str]:
    """The menu in this person's chat, as the web chat has it."""
    world = tg.world
    account, person = world.state.bots[bot.telegram_id], world.state.people[user_id]
    return {command["command"] for command in tg.do(lambda: bot_view(account, person))["commands"]}


def menus_of(bot: Bot) -> dict[str, str]:
    with tenancy.all_partners():
        return dict(Bot.objects.get(pk=bot.pk).panel_menus)


def test_each_chat_gets_its_menu_when_it_is_opened(anna: Bot, tg: SandboxServer) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(telegram_id=OWNER, admin_telegram_ids=[HELPER])
    boss = tg.person("Анна", user_id=OWNER).open("anna_bot")
    boss.start()
    helper = tg.person("Мария", user_id=HELPER).open("anna_bot")
    with RunnerThread(tg.url):
        boss.wait_for(screen)
        until(lambda: len(menus_of(anna)) == 2, "both menus are decided")
        assert menus_of(anna) == {str(OWNER): menu.panel_fingerprint("owner"), str(HELPER): ""}
        assert {"hot_leads", "broadcast", "help"} <= shown(tg, anna, OWNER)
        leads_menu = {command["command"] for command in menu.commands()}
        assert shown(tg, anna, HELPER) == leads_menu
        helper.start()
        until(lambda: bool(menus_of(anna).get(str(HELPER))), "the helper has a menu")
        assert "hot_leads" in shown(tg, anna, HELPER)
        assert "broadcast" not in shown(tg, anna, HELPER)
        with tenancy.partner(anna.partner_id):
            invitations.remove_helper(partner_id=anna.partner_id, telegram_id=HELPER, by="Анна", now=NOW)
        until(lambda: len(menus_of(anna)) == 1, "the helper's menu is gone")
        assert shown(tg, anna, HELPER) == leads_menu
    told = len(tg.calls("setMyCommands"))
    with RunnerThread(tg.url):
        wait_for_state(anna, state=Bot.State.RUNNING)
    assert len(tg.calls("setMyCommands")) == told
