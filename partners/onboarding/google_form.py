"""An export of the Google form: which column answers which question, whatever its header looks like exactly.

Pure but for the questions' names. A table is read whole or not at all; a row may still be bad by itself.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.onboarding.sections import CONSENT_VERSIONS, QUESTIONS, SECRETS, YES
from partners.services.bots import TOKEN_PATTERN

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 2_000
MAX_CELL = 20_000
SEPARATORS = ",;\t"

# The first question of which all words stand in the header gets the column; longer phrases come first.
WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("time", ("отметка времени", "timestamp", "время заполнения")),
    ("service_account_id", ("service account", "сервисн аккаунт", "сервисного аккаунта")),
    ("key_id", ("id ключа", "key id", "идентификатор ключа")),
    ("api_key", ("api key", "апи ключ", "api ключ")),
    ("key_file", ("файл ключа", "файла ключа", "json", "key file", "authorized key", "приватн ключ", "private key")),
    ("folder_id", ("folder", "каталог", "фолдер")),
    ("token", ("токен", "token")),
    ("display_name", ("имя бота для", "как представляется", "отображаемое имя", "display name")),
    ("bot_username", ("username бота", "юзернейм бота", "имя бота", "ник бота", "bot username")),
    ("bot_is_admin", ("бот администратор", "бот добавлен", "bot is admin")),
    ("topics_are_on", ("темы включены", "включены темы", "топики включены", "topics are on")),
    ("bot_may_manage", ("права бота", "боту даны права", "управлять темами", "may manage")),
    ("group_title", ("название группы", "имя группы", "group title", "group name")),
    ("group_id", ("id группы", "группы id", "group id", "chat id")),
    ("nl_partner_id", ("id партнера", "номер партнера", "партнерский номер", "partner id", "nl id")),
    ("shop_link", ("ссылка на магазин", "магазин", "shop")),
    ("registration_link", ("ссылка на регистрацию", "регистраци", "registration")),
    ("specialization", ("специализаци", "направление", "specialization")),
    ("style", ("стиль", "обращение", "style")),
    ("story", ("история", "о себе", "story")),
    ("consent_data", ("персональных данных", "обработку данных", "personal data")),
    ("consent_rules", ("правилами", "правила", "условиями", "rules")),
    ("comments", ("комментари", "пожелани", "comment")),
    ("time_zone", ("часовой пояс", "time zone", "timezone")),
    ("country", ("страна", "country")),
    ("phone", ("телефон", "phone")),
    ("contact", ("telegram", "телеграм", "контакт", "contact", "username")),
    ("name", ("имя", "фио", "фамили", "name")),
)
CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "specialization": (
        ("весь", "all"), ("вес", "weight"), ("похуд", "weight"), ("энерг", "energy"), ("бизнес", "business"),
        ("заработ", "business"), ("красот", "beauty"), ("все", "all"), ("универс", "all"),
    ),
    "style": (("на ты", "ty"), ("неформ", "ty"), ("друже", "ty"), ("на вы", "vy"), ("форм", "vy"), ("делов", "vy")),
    "country": (
        ("росси", "RU"), ("казах", "KZ"), ("белар", "BY"), ("белорус", "BY"), ("узбек", "UZ"), ("кирг", "KG"),
        ("кыргыз", "KG"), ("армен", "AM"), ("грузи", "GE"), ("азерб", "AZ"), ("монгол", "MN"), ("турц", "TR"),
        ("герман", "DE"), ("польш", "PL"), ("чех", "CZ"), ("болгар", "BG"), ("итал", "IT"),
    ),
    "time_zone": (("моск", "Europe/Moscow"), ("мск", "Europe/Moscow")),
}  # fmt: skip
NO = ("", "no", "false", "0", "не", "-")
BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # «Unicode text» of Excel
KEY = re.compile(r"-----BEGIN[A-Z ]*PRIVATE KEY|\bAQVN[\w-]{20,}")


class TableRefused(ValueError):
    """The file as a whole cannot be read: a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: of the line in a spreadsheet; `key`: the same row has the same one, in any file."""

    number: int
    answers: dict[str, str]
    secrets: dict[str, str]
    key: str


@dataclass(frozen=True, slots=True)
class Table:
    lines: list[Line]
    columns: dict[str, str]  # question -> header
    unknown: list[str]  # headers that answer nothing: their cells are kept as comments


def read_table(data: bytes) -> Table:
    """Raises TableRefused."""
    if len(data) > MAX_BYTES:
        raise TableRefused(_("The file is larger than 5 MB. Export only the answers."))
    rows = _rows(_text(data))
    if not rows:
        raise TableRefused(_("The file is empty."))
    header, *body = rows
    places = columns_of(header)
    if "name" not in places and "contact" not in places:
        raise TableRefused(_("No column with a name or a Telegram contact was found in the first line."))
    if len(body) > MAX_ROWS:
        raise TableRefused(_("More than %(n)s lines: split the file.") % {"n": MAX_ROWS})
    known = set(places.values())
    unknown = [place for place, words in enumerate(header) if place not in known and words.strip()]
    lines = [_line(number, cells, header, places, unknown) for number, cells in enumerate(body, 2) if any(cells)]
    return Table(
        lines, {name: header[place] for name, place in places.items() if name != "time"}, [header[at] for at in unknown]
    )


def columns_of(header: Iterable[str]) -> dict[str, int]:
    """question -> the place of its column. The first header that fits a question is its own."""
    places: dict[str, int] = {}
    for place, words in enumerate(header):
        said = plain(words)
        for name, phrases in WORDS:
            if name not in places and any(_stands_in(phrase, said) for phrase in phrases):
                places[name] = place
                break
    return places


def plain(text: str) -> str:
    """Case, ё, punctuation and spaces do not matter: «  E-mail/Имя: » is «e mail имя»."""
    return " ".join(re.findall(r"[a-zа-я0-9]+", text.casefold().replace("ё", "е")))


def _stands_in(phrase: str, said: str) -> bool:
    """Every word of the phrase begins a word of the header."""
    words = said.split()
    return all(any(word.startswith(part) for word in words) for part in phrase.split())


def _text(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith(BOMS) else ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # UTF-16 without its mark, or no text at all
            return text
    raise TableRefused(_("This is not text in UTF-8 or Windows-1251. Export the answers as CSV."))


def _rows(text: str) -> list[list[str]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        # Not strict, a quote that nobody closes would swallow all lines after it.
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        raise TableRefused(_("The table is damaged: a quote is open or a cell is too large.")) from None
    while rows and not any(rows[0]):
        rows.pop(0)
    return rows


def _line(number: int, cells: list[str], header: list[str], places: Mapping[str, int], unknown: list[int]) -> Line:
    told = {name: _cell(cells, place)[:MAX_CELL] for name, place in places.items() if name != "time"}
    secrets = {name: told.pop(name) for name in (*SECRETS, "key_file") if told.get(name)}
    plain_told = {name: _without_keys(value) for name, value in told.items() if name in QUESTIONS}
    answers = {name: _answer(name, value) for name, value in plain_told.items()}
    extra = [f"{header[place]}: {_without_keys(cell)}" for place in unknown if (cell := _cell(cells, place))]
    if extra:
        answers["comments"] = "\n".join(filter(None, [answers.get("comments", ""), *extra]))[:MAX_CELL]
    said = "\x1f".join([*(f"{name}={value}" for name, value in sorted(answers.items())), *sorted(secrets.values())])
    return Line(number, answers, secrets, hashlib.sha256(said.encode("utf-8", "replace")).hexdigest())


def _without_keys(cell: str) -> str:
    """Answers are not encrypted: whoever has written a key into another column is asked for it anew."""
    return "•••" if KEY.search(cell) else TOKEN_PATTERN.sub(r"\1:•••", cell)


def _cell(cells: list[str], place: int) -> str:
    """A row may be shorter than the header. Spreadsheets put a quote before what looks like a formula."""
    cell = cells[place] if place < len(cells) else ""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _answer(name: str, value: str) -> str:
    if QUESTIONS[name].kind == "tick" or name in CONSENT_VERSIONS:
        return "" if plain(value) in NO or plain(value).startswith(("не ", "нет")) else YES
    said = plain(value)
    return next((word for part, word in CHOICES.get(name, ()) if _stands_in(part, said)), value)
