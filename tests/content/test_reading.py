"""Files that operators bring."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document
from pypdf import PdfWriter

from content.knowledge import reading
from content.knowledge.reading import ReadError, read

pytestmark = pytest.mark.usefixtures("english")

ARTICLE = """---
title: "Доставка: сроки"
category: delivery
created: 2026-01-02
updated: 2026-02-03
expires: 2027-01-01
---

# Другое имя

Три дня.
"""


def test_front_matter() -> None:
    source = read("delivery.md", ARTICLE.encode())
    assert (source.title, source.category) == ("Доставка: сроки", "delivery")
    assert (source.created, source.updated, source.expires) == (date(2026, 1, 2), date(2026, 2, 3), date(2027, 1, 1))
    assert source.text == "# Другое имя\n\nТри дня."


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a/one.md", "# Заголовок\n\nТекст", "Заголовок"),
        ("a/one.txt", "Текст", "one"),
        ("a/one.md", "---\ndate_created: 2026-01-01\nsource: чужое\n---\nТекст", "one"),
        ("a/one.md", "\ufeff# С меткой\r\n\r\nТекст", "С меткой"),
        ("a/one.md", "--- не начало ---\nТекст", "one"),
    ],
)
def test_titles(name: str, text: str, title: str) -> None:
    source = read(name, text.encode())
    assert source.title == title
    assert "\r" not in source.text


def test_an_old_encoding_is_read() -> None:
    assert read("old.txt", "Доставка по России".encode("cp1251")).text == "Доставка по России"


def test_docx() -> None:
    document = Document()
    document.add_heading("Доставка", 1)
    document.add_paragraph("Три дня.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Где", "Сколько"), ("Тверь", "2 дня")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    file = io.BytesIO()
    document.save(file)
    source = read("delivery.docx", file.getvalue())
    assert source.title == "Доставка"
    assert source.text == "# Доставка\n\nТри дня.\n\n| Где | Сколько |\n|---|---|\n| Тверь | 2 дня |"


def pdf(*, password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_a_scanned_pdf_has_no_text() -> None:
    with pytest.raises(ReadError, match="OCR"):
        read("scan.pdf", pdf())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.md", b""),
        ("a.md", b"---\nupdated: yesterday\n---\ntext"),
        ("a.md", b"---\n- list\n---\ntext"),
        ("a.md", b"---\na: *b\n---\ntext"),
        ("a.pdf", b"%PDF-1.7 broken"),
        ("a.docx", b"PK not a zip"),
        ("a.docx", b""),
    ],
)
def test_what_cannot_be_taken_is_told(name: str, content: bytes) -> None:
    with pytest.raises(ReadError, match=name):
        read(name, content)


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LETTERS", 10)
    with pytest.raises(ReadError, match="split it"):
        read("a.txt", b"x" * 11)
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(ReadError, match="larger"):
        read("a.txt", b"x" * 11)
