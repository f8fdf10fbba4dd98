"""Checks funnel and sequence files: `manage.py check_funnels [FILE…]`, all shipped ones by default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from funnels.checks import check_text
from funnels.loader import load_funnel
from funnels.sequence_checks import SLOTS, Names, check_sequence_text
from partners.strict_yaml import FileError, Problem, read_yaml

SEQUENCES = "sequences"  # the folder whose files are sequences


class Command(BaseCommand):
    help = "Checks funnel files, and sequence files in folders called “sequences”; names file, line and what to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: object, files: list[Path], **options: object) -> None:
        root = Path(settings.BASE_DIR)
        files = files or sorted((root / "funnels" / "presets").glob("*.yaml")) + shipped_sequences(root)
        try:
            check = checker(root)
        except FileError as error:
            raise CommandError(str(error)) from None
        problems = [problem for file in files for problem in check(file)]
        for problem in problems:
            self.stdout.write(describe(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        values = {"files": len(files), "errors": errors, "warnings": len(problems) - errors}
        summary = _("Files: %(files)s, errors: %(errors)s, warnings: %(warnings)s.") % values
        if errors:
            raise CommandError(summary)
        self.stdout.write(summary)


def shipped_sequences(root: Path) -> list[Path]:
    return sorted((root / "funnels" / "presets" / SEQUENCES).glob("*.yaml"))


def checker(root: Path) -> Callable[[Path], list[Problem]]:
    """Checks one file against the shipped catalogue and main funnel. Raises FileError."""
    catalogue = root / "content" / "presets" / "products.yaml"
    products, names = product_keys(catalogue), sequence_names(root)

    def check(file: Path) -> list[Problem]:
        if file.absolute().parent.name == SEQUENCES:
            return check_sequence_text(read(file), str(file), names=names)
        return check_text(read(file), str(file), products=products)

    return check


def sequence_names(root: Path) -> Names:
    """What the shipped sequences may refer to. Raises FileError."""
    main = root / "funnels" / "presets" / "main.yaml"
    products = catalogue_entries(root / "content" / "presets" / "products.yaml")
    return Names(
        steps=load_funnel(read(main), str(main)).funnel.steps.keys(),
        slots=SLOTS,
        supplements=[product["name"] for product in products if product["supplement"]],
    )


def describe(problem: Problem) -> str:
    mark = "" if problem.severity == "error" else f"{problem.severity}: "
    return f"{problem.file}:{problem.line} {problem.path} [{problem.code}] {mark}{problem.sentence}"


def read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(_("Cannot read %(file)s: %(reason)s.") % {"file": file, "reason": error.strerror}) from None
    except UnicodeDecodeError:
        raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": file}) from None


def product_keys(catalogue: Path) -> frozenset[str]:
    """The keys of the shipped catalogue. Raises FileError."""
    return frozenset(product["key"] for product in catalogue_entries(catalogue))


def catalogue_entries(catalogue: Path) -> list[dict[str, Any]]:
    """Raises FileError."""
    data, _lines = read_yaml(read(catalogue), str(catalogue))
    entries: list[dict[str, Any]] = data["products"]
    return entries
