"""Translations without GNU gettext: Babel collects, updates and compiles locale/*/LC_MESSAGES/django.po.

python -m config.translations update|compile
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("ru",)
APPS = ("config", "partners", "content", "funnels", "analytics", "botrunner", "templates")
METHODS = [("**.py", "python"), ("**.html", "config.translations:extract_template"), ("**.txt", "ignore")]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "gettext_noop": None,
}


def catalogue_path(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


def extract_template(fileobj: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Babel's interface: Django turns a template into something like Python, and Babel reads that."""
    from django.utils.translation.template import templatize

    source = templatize(fileobj.read().decode(), origin=getattr(fileobj, "name", ""))
    source = re.sub(r"(?m)^[ \t]+", "", source)  # HTML's indentation is not Python's
    yield from extract_python(io.BytesIO(source.encode()), KEYWORDS, comment_tags, {"encoding": "utf-8"})


def collect() -> Catalog:
    """All texts of the code and the templates."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
        django.setup()
    template = Catalog(project="Curator", charset="utf-8")
    for app in APPS:
        found = extract_from_dir(ROOT / app, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
        for filename, line, message, comments, context in sorted(found, key=itemgetter(0, 1)):
            places = [(f"{app}/{filename}", line)]
            template.add(message, None, places, auto_comments=comments, context=context)
    return template


def new_catalogue(locale: str) -> Catalog:
    return Catalog(
        locale=locale,
        project="Curator",
        version="1",
        msgid_bugs_address="-",
        last_translator="Curator",
        language_team="Curator",
        header_comment="# Texts of the pages and commands. `make messages` collects them.",
        charset="utf-8",
        fuzzy=False,
    )


def read(locale: str) -> Catalog:
    with catalogue_path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def update() -> None:
    template = collect()
    for locale in LOCALES:
        path = catalogue_path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(locale) if path.exists() else new_catalogue(locale)
        # no guessing: a fuzzy text would look translated
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False)


def compile_all() -> None:
    for locale in LOCALES:
        compiled = catalogue_path(locale).with_suffix(".mo")
        draft = compiled.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, read(locale))
        draft.replace(compiled)


if __name__ == "__main__":
    actions = {"update": update, "compile": compile_all}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        sys.exit("usage: python -m config.translations update|compile")
    actions[sys.argv[1]]()
