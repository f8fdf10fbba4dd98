"""Checks funnel files: `manage.py check_funnels [FILE…]`, all shipped ones by default."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from funnels.checks import check_text
from partners.strict_yaml import FileError, Problem, read_yaml


class Command(BaseCommand):
    help = "Checks funnel files and names file, line and what to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: object, files: list[Path], **options: object) -> None:
        root = Path(settings.BASE_DIR)
        files = files or sorted((root / "funnels" / "presets").glob("*.yaml"))
        try:
            products = product_keys(root / "content" / "presets" / "products.yaml")
        except FileError as error:
            raise CommandError(str(error)) from None
        problems = [
            problem for file in files for problem in check_text(read(file), str(file), products=products)
        ]
        for problem in problems:
            self.stdout.write(describe(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        values = {"files": len(files), "errors": errors, "warnings": len(problems) - errors}
        summary = _("Files: %(files)s, errors: %(errors)s, warnings: %(warnings)s.") % values
        if errors:
            raise CommandError(summary)
        self.stdout.write(summary)


def describe(problem: Problem) -> str:
    mark = "" if problem.severity == "error" else f"{problem.severity}: "
    return f"{problem.file}:{problem.line} {problem.path} [{problem.code}] {mark}{problem.sentence}"


def read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(
            _("Cannot read %(file)s: %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from None
    except UnicodeDecodeError:
        raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": file}) from None


def product_keys(catalogue: Path) -> frozenset[str]:
    """The keys of the shipped catalogue. Raises FileError."""
    data, _lines = read_yaml(read(catalogue), str(catalogue))
    return frozenset(product["key"] for product in data["products"])
