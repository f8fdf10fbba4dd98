import os
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.fields import Secret
from partners.models import Partner
from partners.onboarding.config import PartnerConfig, SettingsSection
from partners.onboarding.env import format_env, parse_env
from partners.onboarding.folders import read_folder, write_folder
from partners.strict_yaml import FileError
from tests.factories import token_of

TOKEN = token_of(77)
PEM = "-----BEGIN PRIVATE KEY-----\nMIIBVAIBADANBgkqh+kiG9/w0BAQE=\n-----END PRIVATE KEY-----\n"
CONFIG_YAML = """\
partner:
  id: anna
  name: Анна Петрова
  contact: anna_petrova
  telegram_id: 123456
  created_at: 2026-01-15
profile:
  specialization: weight
  story: |
    Первая строка.
    Вторая: «с кавычками» и # решёткой.
  communication_style: ты
links:
  nl_partner_id: 007
  shop: https://nlstar.example/anna
telegram:
  bot_username: "@anna_nl_bot"
  group_id: -1001234567890
settings:
  lead_notifications: false
"""
ENV = f"""\
# ключи
PARTNER_ID=anna
CURATOR_BOT_TOKEN="{TOKEN}"
GROUP_ID=-1001234567890
ADMIN_TELEGRAM_IDS=5,6
YANDEX_FOLDER_ID=b1gfolder
YANDEX_PRIVATE_KEY="{PEM.replace(chr(10), chr(92) + "n")}"
YANDEX_ART_ENABLED=true
BOT_DISPLAY_NAME=Куратор Анны
TOPIC_PRODUCT=11
"""


def make_folder(folder: Path, config: str = CONFIG_YAML, env: str | bytes = ENV) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / ".env").write_bytes(env if isinstance(env, bytes) else env.encode())
    return folder


def problems_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(FileError) as error:
        read_folder(folder)
    assert TOKEN not in str(error.value)
    return [(Path(problem.file).name, problem.line, problem.path) for problem in error.value.problems]


def test_reads_both_files(tmp_path: Path) -> None:
    config, _lines = read_folder(make_folder(tmp_path))
    assert config.partner.contact == "@anna_petrova"
    assert config.partner.created_at == datetime(2026, 1, 15, tzinfo=UTC)
    assert config.links.nl_partner_id == "007"
    assert config.profile.communication_style == Partner.Style.INFORMAL
    assert config.profile.bot_display_name == "Куратор Анны"
    assert config.profile.story.endswith("# решёткой.")
    assert config.telegram.bot_token.reveal() == TOKEN
    assert config.telegram.admin_telegram_ids == [5, 6]
    assert config.yandex is not None
    assert config.yandex.private_key.reveal() == PEM.strip()
    assert config.yandex.art_enabled
    assert config.topics == {"product": 11}
    assert not config.settings.lead_notifications


@pytest.mark.parametrize("env", [b"\xef\xbb\xbf" + ENV.encode(), ENV.replace("\n", "\r\n").encode()])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path, env: bytes) -> None:
    one, other = make_folder(tmp_path / "one"), make_folder(tmp_path / "other", env=env)
    assert read_folder(one)[0] == read_folder(other)[0]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("id: anna", "id: ../anna", ("config.yaml", 2, "partner.id")),
        ("name: Анна Петрова", "name: ''", ("config.yaml", 3, "partner.name")),
        ("telegram_id: 123456", "telegram_id: анна", ("config.yaml", 5, "partner.telegram_id")),
        ("style: ты", "style: мило", ("config.yaml", 12, "profile.communication_style")),
        ("specialization: weight", "specialization: cars", ("config.yaml", 8, "profile.specialization")),
        ("shop: https://nlstar.example/anna", "shop: http://nl", ("config.yaml", 15, "links.shop")),
        ("  shop: https://nlstar.example/anna\n", "", ("config.yaml", 13, "links.shop")),
        ("settings:", "setings:", ("config.yaml", 19, "setings")),
        ("notifications: false", "notifications: maybe", ("config.yaml", 20, "settings.lead_notifications")),
    ],
)  # fmt: skip
def test_a_mistake_in_config_names_line_and_key(
    tmp_path: Path, old: str, new: str, place: tuple[str, int, str]
) -> None:
    assert CONFIG_YAML.count(old) == 1
    env = ENV.replace("PARTNER_ID=anna\n", "")
    assert problems_of(make_folder(tmp_path, CONFIG_YAML.replace(old, new), env)) == [place]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (f'"{TOKEN}"', TOKEN[:-20], (".env", 3, "CURATOR_BOT_TOKEN")),
        (f'"{TOKEN}"', f'"{TOKEN}', (".env", 3, "CURATOR_BOT_TOKEN")),
        (f'"{TOKEN}"', f'"{TOKEN}" x', (".env", 3, "CURATOR_BOT_TOKEN")),
        (f'"{TOKEN}"', f'"{TOKEN}\\x"', (".env", 3, "CURATOR_BOT_TOKEN")),
        ("CURATOR_BOT_TOKEN=", "", (".env", 3, "")),
        ("CURATOR_BOT_TOKEN", "BOT_TOKEN", (".env", 3, "BOT_TOKEN")),
        ("GROUP_ID=-1001234567890", f"GROUP_ID={TOKEN}", (".env", 4, "GROUP_ID")),
        ("=5,6", "=5;6", (".env", 5, "ADMIN_TELEGRAM_IDS")),
        ("\\nMIIB", "\nMIIB", (".env", 7, "YANDEX_PRIVATE_KEY")),
        ("BEGIN PRIVATE", "BEGIN PUBLIC", (".env", 7, "YANDEX_PRIVATE_KEY")),
        ("YANDEX_ART_ENABLED=true", "YANDEX_ART_ENABLED=so so", (".env", 8, "YANDEX_ART_ENABLED")),
        ("Куратор Анны", "Куратор 'Анны", (".env", 9, "BOT_DISPLAY_NAME")),
        ("TOPIC_PRODUCT=11", "TOPIC_PRODUCT=Продукты", (".env", 10, "TOPIC_PRODUCT")),
        ("# ключи", "GROUP_ID=5", (".env", 4, "GROUP_ID")),
    ],
)
def test_a_mistake_in_env_names_line_and_key(tmp_path: Path, old: str, new: str, place: tuple[str, int, str]) -> None:
    assert old in ENV
    assert problems_of(make_folder(tmp_path, env=ENV.replace(old, new, 1)))[0] == place


def test_files_that_disagree_are_refused_with_both_places(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, env=ENV + "NL_SHOP_LINK=https://nlstar.example/boris\n")
    with pytest.raises(FileError, match=r"\.env:11 NL_SHOP_LINK .*line 15|\.env:11 NL_SHOP_LINK .*15") as error:
        read_folder(folder)
    assert "links.shop" in str(error.value)


def test_the_same_value_written_differently_is_no_disagreement(tmp_path: Path) -> None:
    config, _lines = read_folder(make_folder(tmp_path, env=ENV + "BOT_CONTACT=https://t.me/anna_petrova\n"))
    assert config.partner.contact == "@anna_petrova"


def test_what_lies_outside_is_not_read(tmp_path: Path) -> None:
    outside = make_folder(tmp_path / "outside")
    folder = make_folder(tmp_path / "folder")
    (tmp_path / "link").symlink_to(folder)
    assert problems_of(tmp_path / "link")
    assert problems_of(folder / ".." / "outside")
    for name in (".env", "config.yaml"):
        (folder / name).unlink()
        (folder / name).symlink_to(outside / name)
        assert problems_of(folder) == [(name, 1, "")]
        make_folder(folder.parent / "fresh")
        (folder / name).unlink()
        (tmp_path / "fresh" / name).rename(folder / name)


def test_odd_files_are_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / ".env").unlink()
    os.mkfifo(folder / ".env")
    assert problems_of(folder) == [(".env", 1, "")]
    (folder / ".env").unlink()
    assert problems_of(folder) == [(".env", 1, "")]
    (folder / ".env").write_bytes(b"A" * 70_000)
    assert problems_of(folder) == [(".env", 1, "")]
    (folder / ".env").write_bytes(b"PARTNER_ID=anna\nBOT_CONTACT=\xff\xfe\n")
    assert problems_of(folder) == [(".env", 2, "")]
    assert problems_of(tmp_path / "nowhere")


def test_written_files_are_private(tmp_path: Path) -> None:
    config, _lines = read_folder(make_folder(tmp_path / "source"))
    target = tmp_path / "new" / "anna"
    write_folder(config, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    assert stat.S_IMODE((target / ".env").stat().st_mode) == 0o600
    assert TOKEN not in (target / "config.yaml").read_text()
    assert sorted(os.listdir(target)) == [".env", "config.yaml"]


def test_only_the_partners_own_folder_is_overwritten(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "source")
    config, _lines = read_folder(source)
    write_folder(config, source)
    (source / ".env").write_text("PARTNER_ID=boris\n")
    with pytest.raises(FileError):
        write_folder(config, source)
    other = tmp_path / "other"
    other.mkdir()
    (other / "diary.txt").write_text("private")
    with pytest.raises(FileError):
        write_folder(config, other)
    assert os.listdir(other) == ["diary.txt"]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).map(str.strip)
NAMES = WORDS.filter(bool)
STORIES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n"), max_size=200)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)
PLACES = st.from_regex(r"[a-z]{1,20}", fullmatch=True)
PERSONS = st.integers(1, 2**40)


@st.composite
def configs(draw: st.DrawFn) -> PartnerConfig:
    """Any configuration that may be stored."""
    data: dict[str, Any] = {
        "partner": {
            "id": draw(st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?", fullmatch=True)),
            "name": draw(NAMES),
            "contact": draw(st.sampled_from(["", "@anna_petrova", "@B0RIS"])),
            "phone": draw(st.sampled_from(["", "+79991234567"])),
            "telegram_id": draw(st.none() | PERSONS),
            "created_at": draw(st.datetimes(datetime(2020, 1, 1), timezones=st.just(UTC))),
            "country": draw(st.sampled_from(["RU", "KZ", "NO"])),
            "time_zone": draw(st.sampled_from(["Europe/Moscow", "Asia/Almaty"])),
        },
        "profile": {
            "specialization": draw(st.sampled_from(Partner.Specialization.values)),
            "story": draw(STORIES),
            "communication_style": draw(st.sampled_from(Partner.Style.values)),
            "bot_display_name": draw(WORDS),
        },
        "links": {
            "nl_partner_id": draw(st.sampled_from(["", "007", "12345", "9:30", "on", "1e5", "null", "0x1F"])),
            "shop": f"https://{draw(PLACES)}.example/a?b=c&d=%D0%B0#e",
            "registration": draw(st.sampled_from(["", "https://nl.example/'join'"])),
        },
        "telegram": {
            "bot_token": draw(st.sampled_from([TOKEN, token_of(78)])),
            "bot_username": draw(st.sampled_from(["", "anna_bot"])),
            "group_id": draw(st.none() | PERSONS.map(lambda number: -number)),
            "group_name": draw(WORDS),
            "admin_telegram_ids": draw(st.lists(PERSONS, max_size=3)),
        },
        "settings": {key: draw(st.booleans()) for key in SettingsSection.model_fields},
        "topics": draw(st.dictionaries(PLACES, st.integers(1, 9_999), max_size=3)),
    }  # fmt: skip
    if draw(st.booleans()):
        data["yandex"] = {
            "folder_id": draw(PLACES),
            "key_id": draw(PLACES),
            "private_key": draw(st.sampled_from(["", PEM])),
            "api_key": draw(SECRETS),
            "art_enabled": draw(st.booleans()),
        }
    return PartnerConfig.model_validate(data)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=configs())
def test_what_is_exported_is_imported_the_same(tmp_path: Path, config: PartnerConfig) -> None:
    folder = tmp_path / config.partner.id
    write_folder(config, folder)
    assert read_folder(folder)[0] == config


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z_][A-Z0-9_]{0,9}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30),
        max_size=5,
    )
)
def test_env_keeps_every_text(values: dict[str, str]) -> None:
    assert {key: entry.value for key, entry in parse_env(format_env(values), ".env").items()} == values


@given(st.text(max_size=200))
def test_env_never_fails_otherwise(text: str) -> None:
    """It is refused in a sentence, or read and written again as the same."""
    with suppress(FileError):
        values = {key: entry.value for key, entry in parse_env(text, ".env").items()}
        assert {key: entry.value for key, entry in parse_env(format_env(values), ".env").items()} == values


@pytest.mark.parametrize("style", ["ты", "«ты»", "TY", "informal", "Ты "])
def test_styles_by_any_name(style: str) -> None:
    data: dict[str, Any] = {"partner": {"id": "a", "name": "A"}, "links": {"shop": "https://a.example"}}
    config = PartnerConfig.model_validate(data | {"profile": {"communication_style": style}})
    assert config.profile.communication_style == Partner.Style.INFORMAL


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    config, _lines = read_folder(make_folder(tmp_path))
    for text in (repr(config), str(config), f"{config.telegram!r}", str(config.model_dump())):
        assert TOKEN not in text
        assert "MIIB" not in text
    assert isinstance(config.telegram.bot_token, Secret)
