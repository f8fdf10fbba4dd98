import pytest

from partners.management.problems import describe
from partners.strict_yaml import FileError, Problem


@pytest.mark.parametrize(
    ("line", "path", "place"),
    [(5, "links.shop", "a.yaml:5 links.shop"), (1, "a", "a.yaml:1 a"), (7, "", "a.yaml:7"), (1, "", "a.yaml")],
)
def test_a_problem_is_placed_as_exactly_as_it_is_known(line: int, path: str, place: str) -> None:
    assert describe(FileError([Problem("a.yaml", line, path, "code", "Bad.")])) == f"{place}: Bad."
