"""An export of the Google form: whatever order, encoding and wording it has, and twice."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from partners import tenancy
from partners.models import Application
from partners.onboarding.google_form import MAX_BYTES, Table, TableRefused, columns_of, plain, read_table
from partners.onboarding.sections import YES
from tests.factories import token_of
from tests.partners.test_folders import PEM

HEADERS = {
    "Отметка времени": "",
    "1. Ваше имя и фамилия": "name",
    "Контакт в Telegram (@username)": "contact",
    "Номер телефона": "phone",
    "Токен бота от @BotFather": "token",
    "Username бота": "bot_username",
    "ID группы (-100…)": "group_id",
    "Название группы": "group_title",
    "Бот добавлен администратором?": "bot_is_admin",
    "Темы включены": "topics_are_on",
    "Боту даны права управлять темами": "bot_may_manage",
    "Yandex Folder ID": "folder_id",
    "Service Account ID": "service_account_id",
    "Key ID": "key_id",
    "Файл ключа (JSON)": "key_file",
    "API-ключ": "api_key",
    "ID партнёра NL": "nl_partner_id",
    "Ссылка на магазин": "shop_link",
    "Ссылка на регистрацию": "registration_link",
    "Ваша специализация": "specialization",
    "Ваша история": "story",
    "Стиль общения": "style",
    "Комментарии": "comments",
    "Согласие на обработку персональных данных": "consent_data",
    "Согласен(на) с правилами": "consent_rules",
    "Размер футболки": "",
}
ROW = {
    "Отметка времени": "12.01.2026 10:00:00",
    "1. Ваше имя и фамилия": "Анна Соколова",
    "Контакт в Telegram (@username)": "@anna_sokolova",
    "Номер телефона": "+7 916 123-45-67",
    "Токен бота от @BotFather": token_of(5),
    "Ссылка на магазин": "https://anna.example/shop",
    "Ваша специализация": "Снижение веса",
    "Ваша история": "Живу в Туле;\nлюблю чай, и не только",
    "Стиль общения": "На ты",
    "Согласие на обработку персональных данных": "Да, согласна",
    "Согласен(на) с правилами": "Да",
    "Размер футболки": "M",
}


def table(*rows: dict[str, str], headers: list[str] | None = None, separator: str = ",") -> str:
    out = io.StringIO(newline="")
    names = headers or list(HEADERS)
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def run(tmp_path: Path, data: bytes, **options: Any) -> str:
    file, out = tmp_path / "form.csv", io.StringIO()
    file.write_bytes(data)
    call_command("import_applications", str(file), stdout=out, **options)
    return out.getvalue()


def stored() -> list[Application]:
    with tenancy.all_partners():
        return list(Application.objects.order_by("pk"))


# The table


def test_every_header_of_the_form_is_understood() -> None:
    names = list(HEADERS)
    found = {names[place]: question for question, place in columns_of(names).items() if question != "time"}
    assert found == {header: question for header, question in HEADERS.items() if question}


@given(st.randoms(use_true_random=False), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "cp1251"]))
def test_order_case_letters_separator_and_encoding_do_not_matter(random: Any, separator: str, encoding: str) -> None:
    headers = list(HEADERS)
    random.shuffle(headers)
    text = table(ROW, headers=headers, separator=separator)
    first, rest = text.split("\r\n", 1)
    first = random.choice([first, first.upper(), first.replace("ё", "е"), first.lower()])
    [line] = read_table(f"{first}\r\n{rest}".encode(encoding)).lines
    assert line.answers["name"] == "Анна Соколова"
    assert line.answers["story"] == "Живу в Туле;\nлюблю чай, и не только"
    assert (line.answers["specialization"], line.answers["style"]) == ("weight", "ty")
    assert (line.answers["consent_data"], line.answers["bot_is_admin"]) == ("yes", "")
    assert line.answers["comments"].casefold() == "размер футболки: m"  # what nobody asked for is kept, too
    assert line.secrets == {"token": token_of(5)}


def table_or_sentence(data: bytes) -> Table | str:
    try:
        return read_table(data)
    except TableRefused as refused:
        return str(refused)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=6))
def test_any_cells_come_through_or_are_refused_with_a_sentence(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["Имя", "История"], *rows])
    found = table_or_sentence(out.getvalue().encode())
    told = [row for row in rows if any(cell.strip() for cell in row)]
    assert found if isinstance(found, str) else len(found.lines) == len(told)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert table_or_sentence(data)


@given(st.text(max_size=40))
def test_plain_is_stable(text: str) -> None:
    assert plain(plain(text)) == plain(text)


OPEN_QUOTE = 'Имя,История\r\nАнна,"любит чай\r\nБорис,пьёт кофе\r\n'.encode()  # would swallow Борис


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"x" * (MAX_BYTES + 1), b"a,b\n1,2", b"\x98\xff\xfe", OPEN_QUOTE, table(ROW).encode("utf-16-le")],
)
def test_what_is_no_table(data: bytes) -> None:
    with pytest.raises(TableRefused):
        read_table(data)


# The command


@pytest.mark.django_db
def test_a_good_row_waits_for_a_decision_and_twice_is_one(tmp_path: Path) -> None:
    data = table(ROW).encode()
    out = run(tmp_path, data)
    [application] = stored()
    assert application.state == Application.State.SUBMITTED, out
    assert application.token.reveal() == token_of(5)
    assert token_of(5).partition(":")[2] not in out
    shuffled = table(ROW, headers=sorted(HEADERS), separator=";").encode("cp1251")
    run(tmp_path, shuffled)
    assert [row.pk for row in stored()] == [application.pk]


@pytest.mark.django_db
def test_bad_rows_are_told_and_lose_nothing(tmp_path: Path, english: None) -> None:
    wrong = {"Номер телефона": "нет", "Токен бота от @BotFather": "потом", "Ссылка на магазин": "http://x"}
    other = ROW | {"1. Ваше имя и фамилия": "Борис", "Токен бота от @BotFather": token_of(6)}
    out = run(tmp_path, table(ROW | wrong, {}, other).encode())
    first, second = stored()
    assert (first.state, second.state) == (Application.State.DRAFT, Application.State.SUBMITTED)
    assert first.answers["phone"] == "нет"
    assert "line 2: Анна Соколова: to be corrected" in out
    assert "line 4: Борис: waits" in out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "state"), [(PEM, "submitted"), (f"PLEASE DO NOT REMOVE\n{PEM}", "submitted"), (PEM[:40], "draft")]
)
def test_a_key_without_its_file_is_looked_at_as_well(tmp_path: Path, cell: str, state: str) -> None:
    ids = {"Yandex Folder ID": "b1gfolder", "Service Account ID": "ajeservice", "Key ID": "ajekey"}
    run(tmp_path, table(ROW | ids | {"Файл ключа (JSON)": cell}).encode())
    [application] = stored()
    assert application.state == state


@pytest.mark.django_db
def test_a_key_in_any_other_column_is_not_kept(tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEcanary\n-----END PRIVATE KEY-----"
    misplaced = {"Размер футболки": key, "Комментарии": f"мой токен {token_of(5)}", "Ваша история": f"AQVN{'a' * 36}"}
    run(tmp_path, table(ROW | misplaced).encode())
    [row] = stored()
    told = str(row.answers)
    assert "canary" not in told
    assert token_of(5).partition(":")[2] not in told
    assert "AQVN" not in told
    assert row.token.reveal() == token_of(5)


@pytest.mark.parametrize("header", ["Содержимое файла authorized_key.json", "Загрузите файл ключа", "Приватный ключ"])
def test_the_column_of_the_key_file_has_many_names(header: str) -> None:
    assert columns_of([header]) == {"key_file": 0}


@pytest.mark.parametrize(
    ("name", "said", "answer"),
    [
        ("bot_is_admin", "Нет, пока не добавлен", ""),
        ("bot_is_admin", "Да, подтверждаю", YES),
        ("consent_data", "Не согласен", ""),
        ("specialization", "Весь каталог", "all"),
        ("specialization", "Снижение веса", "weight"),
        ("style", "Деловой, на «Вы»", "vy"),
    ],
)
def test_an_answer_in_a_persons_words(name: str, said: str, answer: str) -> None:
    header = next(words for words, question in HEADERS.items() if question == name)
    [line] = read_table(table(ROW | {header: said}).encode()).lines
    assert line.answers[name] == answer


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1251"])
def test_what_excel_saves_is_read(encoding: str) -> None:
    text = table(ROW | {"Размер футболки": ""}, separator="\t", headers=list(ROW)).replace("\n", "\r\n")
    [line] = read_table(text.encode(encoding)).lines
    assert line.answers["name"] == "Анна Соколова"


@pytest.mark.django_db
def test_a_dry_run_knows_a_row_that_stands_there_twice(tmp_path: Path, english: None) -> None:
    text = run(tmp_path, table(ROW, ROW).encode(), dry_run=True)
    assert "New: 1, of them to be corrected: 0. Known already: 1." in text


@pytest.mark.django_db
def test_a_dry_run_tells_the_same_and_stores_nothing(tmp_path: Path) -> None:
    out = run(tmp_path, table(ROW).encode(), dry_run=True)
    assert "Анна Соколова" in out
    assert stored() == []


@pytest.mark.django_db
def test_hostile_rows(tmp_path: Path) -> None:
    row = {"1. Ваше имя и фамилия": f"\x1b[31m{token_of(7)}", "Ваша история": "'=HYPERLINK(1)"}
    out = run(tmp_path, table(row).encode())
    assert "\x1b" not in out
    assert token_of(7).partition(":")[2] not in out
    assert stored()[0].answers["story"] == "=HYPERLINK(1)"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("import_applications", str(tmp_path / "none.csv"))
