"""manage.py evaluate_retrieval: every number from a corpus that is known, and nothing left behind."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from content.knowledge.measure import Outcome, Question, Tally, fold
from tests.yandex import API_KEY, FOLDER, running_cloud

pytestmark = pytest.mark.usefixtures("english")


def question(number: int, text: str, kind: str, evidence: str = "") -> dict[str, object]:
    docs = ["faq/delivery.md"] if evidence else []
    return {"id": str(number), "question": text, "kind": kind, "docs": docs, "evidence": evidence}


QUESTIONS = [
    question(1, "сколько идёт доставка", "answerable", "от 3  до\n7 дней"),
    question(2, "юниты сгорают?", "answerable", "от 3 до 7 дней"),
    question(3, "у мамы диабет, что попить", "medical"),
    question(4, "ипотека под какой процент", "offtopic"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "delivery.md").write_text("# Доставка\n\nДоставка идёт от 3 до 7 дней.", encoding="utf-8")
    (tmp_path / "units.md").write_text("# Юниты\n\nЮниты не сгорают никогда.", encoding="utf-8")
    (tmp_path / "SOURCE.md").write_text("Откуда эти тексты: доставка, юниты, диабет.", encoding="utf-8")
    return tmp_path


def run(tmp_path: Path, corpus: Path, *options: str, lines: str | None = None) -> str:
    file = tmp_path / "questions.jsonl"
    file.write_text(lines if lines is not None else "\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    out = io.StringIO()
    call_command("evaluate_retrieval", file, "--corpus", corpus, *options, stdout=out)
    return out.getvalue()


def test_one_json_object(tmp_path: Path, corpus: Path) -> None:
    before = sorted(corpus.rglob("*.md"))
    report = json.loads(run(tmp_path, corpus, "--json"))
    latency = report.pop("latency_ms")
    assert report == {
        "questions": 4,
        "recall_at_1": 0.5,
        "recall_at_5": 0.5,
        "mrr_at_10": 0.5,
        "passage_at_5": 0.5,
        "abstention": {
            "precision": 1.0,
            "recall": 1.0,
            "by_kind": {"unanswerable": None, "offtopic": 1.0, "medical": 1.0, "injection": None},
        },
        "false_refusals": 0.0,
    }
    assert set(latency) == {"p50", "p95"}
    assert sorted(corpus.rglob("*.md")) == before


def test_with_vectors(tmp_path: Path, corpus: Path) -> None:
    with running_cloud(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY=API_KEY) as cloud:
        report = json.loads(run(tmp_path, corpus, "--json", "--vectors"))
        kinds = [call.body["modelUri"].split("/")[3] for call in cloud.asked("textEmbedding")]
    assert kinds == ["text-search-doc"] * 2 + ["text-search-query"] * 4
    # «сколько идёт доставка» has the letters of the other document as well, but not its words.
    assert (report["recall_at_1"], report["recall_at_5"]) == (0.5, 1.0)


@pytest.mark.parametrize(("key", "sentence"), [("", "YANDEX_API_KEY"), ("wrong", "does not accept the key")])
def test_vectors_need_a_provider(tmp_path: Path, corpus: Path, key: str, sentence: str) -> None:
    with (
        running_cloud(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY=key),
        pytest.raises(CommandError, match=sentence),
    ):
        run(tmp_path, corpus, "--vectors")


def test_a_table(tmp_path: Path, corpus: Path) -> None:
    lines = run(tmp_path, corpus).splitlines()
    assert lines[1].split() == ["recall_at_1", "0.5"]
    assert "    injection           —" in lines


@pytest.mark.parametrize("lines", ["{", "[]", '{"id": "1"}'])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, corpus: Path, lines: str) -> None:
    with pytest.raises(CommandError, match="Line 1"):
        run(tmp_path, corpus, lines=lines)


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="no documents"):
        run(tmp_path, tmp_path / "empty")


def test_a_file_stands_where_its_best_passage_stands() -> None:
    tally = Tally()
    asked = Question(id="1", question="?", kind="answerable", docs=("b", "c"), evidence="да\nтак")
    tally.add(asked, Outcome(["a", "a", "b"], ["", "", "", "", "да так"], refused=True, seconds=0.5))
    report = tally.report()
    assert (report["recall_at_1"], report["recall_at_5"], report["mrr_at_10"]) == (0.0, 1.0, 0.5)
    assert (report["passage_at_5"], report["false_refusals"]) == (1.0, 1.0)
    assert report["latency_ms"] == {"p50": 500.0, "p95": 500.0}


def test_fold() -> None:
    assert fold(" а\n\n б\u00a0в ") == "а б в"
