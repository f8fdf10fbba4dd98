from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext

from config import translations


def keys(catalogue: object) -> set[tuple[object, object]]:
    return {(message.id, message.context) for message in catalogue if message.id}  # type: ignore[attr-defined]


@pytest.mark.parametrize("locale", translations.LOCALES)
def test_every_text_is_translated(locale: str) -> None:
    """Failing? `make messages`, then translate in locale/."""
    catalogue = translations.read(locale)
    missing = keys(translations.collect()) - keys(catalogue)
    untranslated = [message.id for message in catalogue if message.id and not all(_strings(message.string))]
    assert (missing, untranslated) == (set(), [])
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


@pytest.mark.parametrize("locale", translations.LOCALES)
def test_placeholders_survive_translation(locale: str) -> None:
    errors = [(message.id, list(message.check())) for message in translations.read(locale) if list(message.check())]
    assert errors == []


def test_templates_are_read_whatever_their_indentation(tmp_path: Path) -> None:
    template = tmp_path / "page.html"
    template.write_text(
        "{% load i18n %}<p>\n      {% translate \"It's\" %}\n  {{ _('Under') }}\n"
        "{% blocktranslate count n=3 %}one\n thing{% plural %}{{ n }} things{% endblocktranslate %}\n'\""
    )
    with template.open("rb") as file:
        found = [entry[2] for entry in translations.extract_template(file, {}, [], {})]
    assert found == ["It's", "Under", ("one\n thing", "%(n)s things", None)]


def test_updating_keeps_translations_and_drops_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ru.po"
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Russian"\nmsgstr "По-русски"\n\nmsgid "Gone"\nmsgstr "Ушло"\n'
    )
    monkeypatch.setattr(translations, "catalogue_path", lambda locale: path)
    translations.update()
    with path.open("rb") as file:
        catalogue = read_po(file, locale="ru")
    assert catalogue["Russian"].string == "По-русски"
    assert "Gone" not in catalogue
    assert "Gone" not in path.read_text()


def test_compiled_texts_are_used() -> None:
    translations.compile_all()
    with translation.override("ru"):
        assert gettext("Russian") == translations.read("ru")["Russian"].string


def _strings(string: str | tuple[str, ...] | list[str] | None) -> list[str | None]:
    return [string] if string is None or isinstance(string, str) else [*string]
