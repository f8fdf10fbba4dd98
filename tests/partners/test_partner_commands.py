"""create_partner, import_partner and export_partner, with what they print."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from partners import tenancy
from partners.fields import Secret
from partners.management.commands.create_partner import Command
from partners.models import Bot, Partner, YandexAccount
from partners.onboarding.config import PartnerConfig
from partners.onboarding.interview import QUESTIONS, YANDEX_KEY
from partners.services.partners import SaveRefused, config_of, save_partner
from tests.factories import NOW, make_bot, make_partner, token_of
from tests.partners.test_folders import CONFIG_YAML, ENV, TOKEN, configs, make_folder

pytestmark = pytest.mark.django_db

ONE_FILE = CONFIG_YAML + "yandex: {folder_id: b1g, api_key: AQVN-canary-key}\n"
ONE_FILE = ONE_FILE.replace("telegram:\n", f'telegram:\n  bot_token: "{TOKEN}"\n')


def run(command: Any, *arguments: Any) -> str:
    """What the command prints, an error included; no secret may be in it."""
    out = StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=out, stderr=out)
    except CommandError as error:
        out.write(f"error: {error}")
    assert TOKEN[11:] not in out.getvalue()
    assert "canary" not in out.getvalue()
    assert "MIIB" not in out.getvalue()
    return out.getvalue()


def partners() -> list[str]:
    with tenancy.all_partners():
        return list(Partner.objects.order_by("slug").values_list("slug", flat=True))


def stored(slug: str) -> PartnerConfig:
    with tenancy.all_partners():
        return config_of(Partner.objects.get(slug=slug))


@pytest.fixture
def one_file(tmp_path: Path) -> Path:
    file = tmp_path / "anna.yaml"
    file.write_text(ONE_FILE, encoding="utf-8")
    return file


# import and export


def test_import_creates_once_then_changes_nothing_then_what_differs(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "anna")
    assert "anna: " in run("import_partner", folder)
    before = stored("anna")
    with tenancy.all_partners():
        version = Bot.objects.get().generation
    assert "links" not in run("import_partner", folder)
    assert stored("anna") == before
    make_folder(folder, CONFIG_YAML.replace("/anna\n", "/new\n"))
    assert "links.shop" in run("import_partner", folder)
    assert stored("anna").links.shop == "https://nlstar.example/new"
    with tenancy.all_partners():
        assert Bot.objects.get().generation == version


def test_a_new_token_starts_the_bot_anew(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "anna")
    run("import_partner", folder)
    make_folder(folder, env=ENV.replace(TOKEN, token_of(78)))
    assert "telegram.bot_token" in run("import_partner", folder)
    with tenancy.all_partners():
        assert Bot.objects.get().generation == 2


def test_one_bad_folder_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = make_folder(tmp_path / "anna"), make_folder(
        tmp_path / "boris", CONFIG_YAML.replace("id: anna", "id: boris").replace("https://", "ftp://"),
        ENV.replace("PARTNER_ID=anna", "PARTNER_ID=boris"),
    )  # fmt: skip
    out = run("import_partner", bad, good)
    assert "boris/config.yaml:15 links.shop" in out
    assert "error:" in out
    assert partners() == ["anna"]


def test_a_token_of_another_partner_imports_nothing(tmp_path: Path) -> None:
    make_bot(token=TOKEN)
    out = run("import_partner", make_folder(tmp_path / "anna"))
    assert ".env:3 CURATOR_BOT_TOKEN" in out
    assert "anna" not in partners()


@pytest.mark.parametrize("slug", ["../anna", "Anna", "anna\\n", "-", "a" * 41, "анна", "anna/../boris"])
def test_odd_ids_are_refused(tmp_path: Path, slug: str) -> None:
    folder = make_folder(
        tmp_path / "odd", CONFIG_YAML.replace("id: anna", f'id: "{slug}"'), ENV.replace("PARTNER_ID=anna\n", "")
    )  # fmt: skip
    out = run("import_partner", folder)
    assert "partner.id" in out or partners() == ["anna"]
    assert partners() in ([], ["anna"])


def test_export_then_import_elsewhere_gives_the_same(tmp_path: Path) -> None:
    run("import_partner", make_folder(tmp_path / "anna"))
    before = stored("anna")
    run("export_partner", "anna", tmp_path / "out")
    with tenancy.all_partners():
        Bot.objects.all().delete()
        YandexAccount.objects.all().delete()
        Partner.objects.all().delete()
    run("import_partner", tmp_path / "out")
    assert stored("anna") == before


def test_export_refuses_another_partners_folder(tmp_path: Path) -> None:
    make_partner("boris")
    folder = make_folder(tmp_path / "anna")
    assert "error:" in run("export_partner", "boris", folder)
    assert (folder / ".env").read_text() == ENV
    assert "error:" in run("export_partner", "nobody", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_not_written_stays(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "anna")
    run("import_partner", folder)
    make_folder(folder, "partner: {name: Анна}\nlinks: {shop: https://nlstar.example/anna}\n", "PARTNER_ID=anna\n")
    assert "partner.name" in run("import_partner", folder)
    after = stored("anna")
    assert after.telegram.bot_token.reveal() == TOKEN
    assert after.profile.communication_style == "ty"
    assert after.topics == {"product": 11}
    assert after.yandex is not None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=configs())
def test_what_is_saved_is_told_the_same(config: PartnerConfig) -> None:
    with tenancy.all_partners():
        saved = save_partner(config=config, now=NOW)
        assert config_of(saved.partner) == config
        again = save_partner(config=config, now=NOW)
        assert (again.created, again.changed) == (False, ())
        transaction.set_rollback(True)


def test_a_bots_name_without_a_token_is_refused() -> None:
    data = {"partner": {"id": "a", "name": "A"}, "links": {"shop": "https://a.example"}}
    config = PartnerConfig.model_validate(data | {"telegram": {"bot_username": "anna_bot"}})
    with tenancy.all_partners(), pytest.raises(SaveRefused):
        save_partner(config=config, now=NOW)
    assert partners() == []


# create


def test_create_from_one_file(one_file: Path) -> None:
    assert "anna" in run("create_partner", "--config", one_file)
    config = stored("anna")
    assert config.telegram.bot_token == Secret(TOKEN)
    assert config.yandex is not None
    assert config.yandex.api_key.reveal() == "AQVN-canary-key"
    with tenancy.all_partners():
        assert Bot.objects.get().wanted == Bot.Wanted.RUNNING


def test_a_dry_run_shows_and_saves_nothing(one_file: Path) -> None:
    out = run("create_partner", "--config", one_file, "--dry-run")
    assert "Анна Петрова" in out
    assert partners() == []


def test_a_dry_run_finds_what_creation_would_find(one_file: Path) -> None:
    make_bot(token=TOKEN)
    assert "telegram.bot_token" in run("create_partner", "--config", one_file, "--dry-run")


def test_create_never_overwrites(one_file: Path) -> None:
    run("create_partner", "--config", one_file)
    one_file.write_text(ONE_FILE.replace("Анна Петрова", "Другая"), encoding="utf-8")
    assert "error:" in run("create_partner", "--config", one_file)
    assert stored("anna").partner.name == "Анна Петрова"


def test_a_bad_file_names_line_and_key(one_file: Path) -> None:
    one_file.write_text(ONE_FILE.replace(TOKEN, TOKEN[:-15] + " canary"), encoding="utf-8")
    assert "anna.yaml:17 telegram.bot_token" in run("create_partner", "--config", one_file)


def test_a_token_in_the_wrong_place_is_not_printed(one_file: Path) -> None:
    for wrong in (
        f"{TOKEN}: x\n",
        f"group_id: {TOKEN}\n",
        f"bot_token:{TOKEN}\n",
        f"&{TOKEN}\n",
        f"- {TOKEN}\n",
    ):
        one_file.write_text(ONE_FILE + "telegram2:\n  " + wrong, encoding="utf-8")
        assert "error:" in run("create_partner", "--config", one_file)
        one_file.write_text(wrong, encoding="utf-8")
        assert "error:" in run("create_partner", "--config", one_file)


# the interview


ANSWERS = {
    "partner.id": "anna",
    "partner.name": "Анна Петрова",
    "partner.country": "kz",
    "telegram.bot_token": TOKEN,
    "profile.communication_style": "ты",
    "links.shop": "https://nlstar.example/anna",
    "yandex.folder_id": "b1g",
    "yandex.api_key": "AQVN-canary-key",
}


class Person(Command):
    """Answers in the order of the questions; a list is a person's attempts."""

    def __init__(self, answers: dict[str, Any], confirms: str = "y", *, at_terminal: bool = True) -> None:
        super().__init__()
        self.hidden: list[str] = []
        self.given = self.in_order(answers, confirms)
        self.is_terminal = lambda: at_terminal
        self.ask = lambda _prompt: next(self.given)
        self.ask_hidden = self.answer_hidden

    def in_order(self, answers: dict[str, Any], confirms: str) -> Iterator[str]:
        for question in (*QUESTIONS, YANDEX_KEY):
            attempts = answers.get(f"{question.section}.{question.key}", "")
            if question is YANDEX_KEY and not answers.get("yandex.folder_id"):
                continue
            yield from [attempts] if isinstance(attempts, str) else attempts
        yield confirms

    def answer_hidden(self, prompt: str) -> str:
        self.hidden.append(prompt)
        return next(self.given)


def test_the_interview_creates_a_partner() -> None:
    person = Person(ANSWERS)
    out = run(person, "--interactive")
    config = stored("anna")
    assert (config.partner.country, config.profile.communication_style) == ("KZ", "ty")
    assert config.partner.time_zone == "Europe/Moscow"
    assert config.telegram.bot_token.reveal() == TOKEN
    assert "Анна Петрова" in out
    assert len(person.hidden) == 2


def test_a_wrong_answer_is_asked_again_at_once() -> None:
    make_bot(make_partner("boris"), token=token_of(78))
    attempts = {
        "partner.id": ["", "Анна", "boris", "anna"],
        "partner.name": ["", "Анна"],
        "partner.telegram_id": ["много", "123"],
        "telegram.bot_token": ["123", token_of(78), TOKEN],
        "links.shop": ["", "nlstar.example", "https://nlstar.example/anna"],
    }
    out = run(Person(ANSWERS | attempts), "--interactive")
    assert "anna" in partners()
    assert token_of(78)[11:] not in out


def test_nothing_is_created_without_a_yes() -> None:
    assert "error:" in run(Person(ANSWERS, confirms=""), "--interactive")
    assert "anna" in run(Person(ANSWERS), "--interactive", "--dry-run")
    assert partners() == []


def test_the_interview_may_be_left() -> None:
    person = Person(ANSWERS)

    def leave(_prompt: str) -> str:
        raise EOFError

    person.ask_hidden = leave
    assert "error:" in run(person, "--interactive")
    assert "error:" in run(Person(ANSWERS, at_terminal=False), "--interactive")
    assert partners() == []
