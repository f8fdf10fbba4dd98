"""`manage.py check_funnels`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.funnels.samples import GOOD, broken, line_of

SHIPPED = "ed_smart"


def run(*files: Path) -> str:
    out = StringIO()
    call_command("check_funnels", *map(str, files), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.yaml"


def good() -> str:
    return GOOD.replace("product: energy_diet", f"product: {SHIPPED}").replace(
        "product: greenflash", f"product: {SHIPPED}"
    )


def test_the_shipped_funnels_pass() -> None:
    assert "[" not in run()


def test_a_good_file(file: Path) -> None:
    file.write_text(good(), encoding="utf-8")
    assert len(run(file).splitlines()) == 1


def test_a_bad_file_is_named_with_line_path_and_code(file: Path) -> None:
    text = good().replace("to: shake", "to: shape")
    file.write_text(text, encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_funnels", str(file), stdout=out)
    line = line_of(text, "to: shape")
    assert f"{file}:{line} steps.health.buttons[0][0].to [unknown_step] " in out.getvalue()


def test_a_product_must_be_in_the_shipped_catalogue(file: Path) -> None:
    file.write_text(broken("product: greenflash", "product: snake_oil"), encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_funnels", str(file), stdout=out)
    assert "steps.kids.product [unknown_product]" in out.getvalue()


def test_a_warning_does_not_fail(file: Path) -> None:
    text = good()
    text = text[: text.index("    type: pay")] + "    type: screen\n    text: Всё.\n"
    file.write_text(text, encoding="utf-8")
    assert "steps.pay [dead_end] warning: " in run(file)


def test_files_that_cannot_be_read(file: Path) -> None:
    with pytest.raises(CommandError, match=r"a\.yaml"):
        run(file)
    file.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(CommandError, match="UTF-8"):
        run(file)
