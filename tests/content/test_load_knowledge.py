"""manage.py load_knowledge."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from pytest_django import Settings

from content.models import Document
from content.tasks import embed_passages
from partners import tenancy
from tests.factories import make_partner
from tests.yandex import API_KEY, FOLDER, running_cloud

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "var"
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.md").write_text("# Юниты\n\nЮниты не сгорают никогда.", encoding="utf-8")
    (folder / "two.txt").write_text("Доставка по России за три дня.", encoding="utf-8")
    (folder / "README.md").write_text("О папке.", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"")
    return folder


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def load(folder: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), Terminal()
    call_command("load_knowledge", folder, *options, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def stored() -> set[tuple[str, str | None]]:
    with tenancy.all_partners():
        return set(Document.objects.filter(retired_at=None).values_list("path", "partner__slug"))


def test_load_again_and_retire(folder: Path) -> None:
    out, err = load(folder)
    assert "New: 2, updated: 0, unchanged: 0, retired: 0." in out
    assert "15/" not in err
    assert err.endswith("2/2\n")
    assert stored() == {("one.md", None), ("two.txt", None)}
    assert "New: 0, updated: 0, unchanged: 2, retired: 0." in load(folder)[0]
    (folder / "two.txt").unlink()
    assert "unchanged: 1, retired: 1." in load(folder)[0]
    assert stored() == {("one.md", None)}


def test_it_tells_how_many_vectors_there_are(folder: Path) -> None:
    assert "Vectors" not in load(folder)[0]
    with running_cloud(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY=API_KEY):
        embed_passages()
        (folder / "three.md").write_text("# Скидка\n\nСкидка растёт с объёмом заказов.", encoding="utf-8")
        assert "Vectors: 2 of 3 passages" in load(folder)[0]


def test_dry_run(folder: Path) -> None:
    assert "New: 2" in load(folder, "--dry-run")[0]
    assert stored() == set()


@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_what_should_be_corrected_is_told(folder: Path, option: list[str]) -> None:
    (folder / "two.txt").write_text("Доставка.\nЧай лечит диабет, пишите anna@example.com", encoding="utf-8")
    out, _err = load(folder, *option)
    assert "two.txt:2: claim: лечит\ntwo.txt:2: person: anna…\n" in out
    assert "one.md:" not in out


def test_for_one_partner(folder: Path) -> None:
    make_partner("anna")
    load(folder, "--partner", "anna")
    assert stored() == {("one.md", "anna"), ("two.txt", "anna")}
    with pytest.raises(CommandError, match="boris"):
        load(folder, "--partner", "boris")


def test_a_bad_file_changes_nothing(folder: Path) -> None:
    (folder / "zzz.pdf").write_bytes(b"broken")
    with pytest.raises(CommandError, match=r"zzz\.pdf"):
        load(folder)
    assert stored() == set()


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_documents(folder: Path, name: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(CommandError, match="no documents"):
        load(folder / name)


def test_the_shipped_articles_load_without_findings(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    load(Path(project.BASE_DIR) / "content" / "presets" / "knowledge")
    with tenancy.all_partners():
        assert [document.path for document in Document.objects.exclude(findings=[])] == []
        assert Document.objects.count() > 30
