"""manage.py evaluate_answers: what a document would change, before it goes live."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

from content.knowledge.reading import Source
from content.models import Document
from content.services.knowledge import save_source
from content.services.regression import add_lines
from partners import tenancy
from tests.database import places_of
from tests.factories import NOW, make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

DELIVERY = "Доставка в Казахстан идёт от пяти до десяти дней, заказ привозит курьер."
WHEN = "сколько дней идёт доставка в Казахстан?"


@pytest.fixture(autouse=True)
def base(settings: Settings, tmp_path: Path) -> Document:
    settings.DATA_DIR = tmp_path / "data"
    with tenancy.all_partners():
        document = Document(path="delivery.md")
        save_source(document=document, source=Source("Доставка", "", DELIVERY), now=NOW)
        add_lines(document=document, questions=[WHEN], now=NOW)
    return document


def evaluate(*arguments: str) -> str:
    out = StringIO()
    call_command("evaluate_answers", *arguments, stdout=out)
    return out.getvalue()


def file(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_today(capsys: pytest.CaptureFixture[str]) -> None:
    said = evaluate()
    assert WHEN in said
    assert "As expected: 1 of 1." in said
    assert "then" not in said


def test_a_file_that_takes_the_answer_away_fails(tmp_path: Path) -> None:
    changed = file(tmp_path, "delivery.md", "# Самовывоз\n\nЗаказ можно забрать в пункте выдачи в любой день.")
    with pytest.raises(CommandError, match="Worse: 1") as failed:
        evaluate("--with", changed)
    assert failed.value.returncode == 1
    assert places_of("Самовывоз") == set()


def test_better_and_new(tmp_path: Path, base: Document) -> None:
    other = file(tmp_path, "mango.md", "# Коллаген с манго\n\nКоллагена с манго в каталоге нет, есть вишня.")
    changed = file(tmp_path, "delivery.md", f"# Доставка\n\n{DELIVERY} Посылка застрахована.")
    said = evaluate("--with", other, changed)
    assert "Коллаген с манго: new" in said
    assert f"Доставка: in place of № {base.pk}" in said
    assert "Better: 0, worse: 0, the same: 1." in said


def test_json_is_one_object(base: Document) -> None:
    report = json.loads(evaluate("--json"))
    assert {key: report[key] for key in ("questions", "right", "better", "same", "worse")} == {
        "questions": 1, "right": 1, "better": 0, "same": 1, "worse": 0,
    }  # fmt: skip
    [line] = report["lines"]
    assert line["after"] == {"found": True, "rank": 1, "refusal": None, "lacking": None}
    assert line["document"] == base.pk


def test_as_one_partners_bot(tmp_path: Path) -> None:
    make_partner("anna")
    near = file(tmp_path, "own.md", f"# {WHEN}\n\nСколько дней идёт доставка в Казахстан: {DELIVERY.lower()} Сам вожу.")
    with pytest.raises(CommandError, match="Worse: 1"):
        evaluate("--partner", "anna", "--with", near)
    with pytest.raises(CommandError, match="There is no partner nobody"):
        evaluate("--partner", "nobody")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="gone"):
        evaluate("--with", str(tmp_path / "gone.md"))


def test_an_empty_set_says_so(base: Document) -> None:
    with tenancy.all_partners():
        base.regressionquestion_set.all().delete()
    assert "empty" in evaluate()


def test_in_russian() -> None:
    with translation.override("ru"):
        assert WHEN in evaluate()
