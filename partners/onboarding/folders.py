"""A partner as a folder of two files: `.env` with the keys of the machine, `config.yaml` with the person.

Some values may stand in both. They have to agree: to prefer one silently could send a partner's buyers
to a link that somebody believes to have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from partners.fields import Secret
from partners.onboarding import env, files
from partners.onboarding.config import PartnerConfig, YandexSection
from partners.onboarding.env import Entry, format_env, parse_env
from partners.strict_yaml import MAX_BYTES, FileError, Lines, Problem, Severity, path_text, read_yaml
from partners.strict_yaml import Path as KeyPath
from partners.yaml_model import checked

ENV, CONFIG = ".env", "config.yaml"
TOPIC = "TOPIC_"
ENV_KEYS: dict[str, tuple[str, str]] = {
    "PARTNER_ID": ("partner", "id"),
    "CURATOR_BOT_TOKEN": ("telegram", "bot_token"),
    "GROUP_ID": ("telegram", "group_id"),
    "ADMIN_TELEGRAM_IDS": ("telegram", "admin_telegram_ids"),
    **{f"YANDEX_{name.upper()}": ("yandex", name) for name in YandexSection.model_fields},
    "NL_PARTNER_ID": ("links", "nl_partner_id"),
    "NL_SHOP_LINK": ("links", "shop"),
    "NL_REGISTRATION_LINK": ("links", "registration"),
    "BOT_DISPLAY_NAME": ("profile", "bot_display_name"),
    "BOT_CONTACT": ("partner", "contact"),
    "BOT_SPECIALIZATION": ("profile", "specialization"),
}
# What config.yaml of an exported folder does not repeat: the secrets, and what only .env has a key for.
ONLY_IN_ENV = {("telegram", "bot_token"), ("telegram", "admin_telegram_ids"), ("profile", "bot_display_name")}


@dataclass(frozen=True, slots=True)
class FolderLines(Lines):
    """Names the file, the line and the key where the person wrote the value."""

    env_file: str
    from_env: Mapping[KeyPath, tuple[str, Entry]]

    def problem(self, path: KeyPath, code: str, sentence: str, severity: Severity = "error") -> Problem:
        if path[:2] not in self.from_env:
            return Lines.problem(self, path, code, sentence, severity)
        key, entry = self.from_env[path[:2]]
        return Problem(self.env_file, entry.line, key, code, sentence, severity)


def read_folder(folder: Path) -> tuple[PartnerConfig, Lines]:
    """Raises FileError with file, line and key of everything that is wrong."""
    files.check_folder(folder)
    env_file, config_file = folder / ENV, folder / CONFIG
    entries = parse_env(files.read_file(env_file, max_bytes=env.MAX_BYTES), str(env_file))
    text = files.read_file(config_file, max_bytes=MAX_BYTES)
    data, lines = read_yaml(text, str(config_file))
    from_env = _by_path(entries, env_file)
    places = FolderLines(lines.file, lines.numbers, str(env_file), from_env)
    config = checked(_merged(data, from_env, env_wins=True), places, PartnerConfig)
    other = checked(_merged(data, from_env, env_wins=False), lines, PartnerConfig)
    problems = [
        places.problem(path, "disagree", _disagreement(lines, path))
        for path in from_env
        if _value(config, path) != _value(other, path)
    ]
    if problems:
        raise FileError(problems)
    return config, places


def write_folder(config: PartnerConfig, folder: Path) -> None:
    """Overwrites only this partner's folder. Raises FileError."""
    files.check_folder(folder)
    if folder.exists() and any(folder.iterdir()) and _owner(folder) != config.partner.id:
        raise files.refuse(folder, _("The folder is not empty and not this partner's. Choose another one."))
    files.make_private_folder(folder)
    files.write_private_file(folder / ENV, format_env(_env_values(config)))
    files.write_private_file(folder / CONFIG, _config_text(config))


def _by_path(entries: dict[str, Entry], env_file: Path) -> dict[KeyPath, tuple[str, Entry]]:
    found: dict[KeyPath, tuple[str, Entry]] = {}
    problems = []
    for key, entry in entries.items():
        path = ("topics", key.removeprefix(TOPIC).lower()) if key.startswith(TOPIC) else ENV_KEYS.get(key)
        if path is None:
            sentence = _("This key is not known here. The keys are: %(keys)s.")
            keys = ", ".join([*ENV_KEYS, f"{TOPIC}…"])
            problems.append(Problem(str(env_file), entry.line, key, "env_key", sentence % {"keys": keys}))
        else:
            found[path] = (key, entry)
    if problems:
        raise FileError(problems)
    return found


def _merged(data: Any, from_env: Mapping[KeyPath, tuple[str, Entry]], *, env_wins: bool) -> Any:
    if not isinstance(data, dict):
        return data
    merged = deepcopy(data)
    for (section, name), (_key, entry) in from_env.items():
        if merged.get(section) is None:
            merged[section] = {}
        part = merged[section]
        if isinstance(part, dict) and (env_wins or name not in part):
            part[name] = entry.value.split(",") if name == "admin_telegram_ids" else entry.value
    return merged


def _disagreement(lines: Lines, path: KeyPath) -> str:
    sentence = _("%(file)s says otherwise in line %(line)s (%(key)s). Make both equal, or delete one.")
    return sentence % {"file": CONFIG, "line": lines.of(path), "key": path_text(path)}


def _value(config: PartnerConfig, path: KeyPath) -> Any:
    section = getattr(config, str(path[0]))
    return section[path[1]] if isinstance(section, dict) else getattr(section, str(path[1]))


def _owner(folder: Path) -> str:
    """Whose folder this is; nobody's if that can't be read."""
    try:
        path = folder / ENV
        entry = parse_env(files.read_file(path, max_bytes=env.MAX_BYTES), str(path)).get("PARTNER_ID")
    except FileError:
        return ""
    return entry.value if entry else ""


def _env_values(config: PartnerConfig) -> dict[str, str]:
    paths = {key: path for key, path in ENV_KEYS.items() if path[0] != "yandex" or config.yandex}
    values = {key: _env_text(_value(config, path)) for key, path in paths.items()}
    topics = {f"{TOPIC}{name.upper()}": str(topic) for name, topic in config.topics.items()}
    return {key: value for key, value in (values | topics).items() if value}


def _env_text(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def _config_text(config: PartnerConfig) -> str:
    data = config.model_dump(exclude={"yandex", "topics"})
    for section, key in ONLY_IN_ENV:
        del data[section][key]
    if config.partner.created_at:
        data["partner"]["created_at"] = config.partner.created_at.isoformat()
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000)
