"""The language of the rules, with rules made up for the test."""

from __future__ import annotations

import pytest

from content.claims import Fact, find_claims
from content.claims.rules import load_rules
from partners.strict_yaml import FileError

RULES = """\
format: 1
lists:
  animal: кот, морская свинка
warnings:
  - сказка
no_denials:
  - не только
rules:
  - key: flies
    say: Звери не летают.
    find:
      - "летать + @animal"
      - "!лечу … луна"
      - "# крыло"
    unless:
      - "летать + самолёт"
  - key: never
    say: Так не говорят.
    denied_too: true
    find: [без хвоста]
    fine_with: deadline
"""


def rules_found(text: str) -> list[str]:
    return [claim.rule for claim in find_claims(text, rules=load_rules(RULES, "rules.yaml"))]


@pytest.mark.parametrize(
    "text",
    [
        "Кот летает.",
        "Летают ваши коты!",
        "Морские свинки быстро и высоко летали.",
        "Не только кот летает.",
        "Я лечу, лечу и лечу, и вокруг одна большая, холодная, далёкая и очень жёлтая луна",
        "У него 2 крыла",
        "2 крыла",
    ],
)
def test_what_a_pattern_finds(text: str) -> None:
    assert rules_found(text) == ["flies"] * len(rules_found(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "Кот ест.",
        "Свинка летает.",
        "Кот лежит на окне и смотрит на то, как далеко в небе летает птица.",
        "Кот. Летает.",
        "Кот не летает.",
        "Коты летать не умеют.",
        "Летает ли кот?",
        "Кот летает? Нет.",
        "Мы не говорим, что кот летает.",
        "Кот летает — это сказка.",
        "Кот летает самолётом.",
        "Мы летим на луну",
        "крыло",
    ],
)
def test_what_it_lets_pass(text: str) -> None:
    assert rules_found(text) == []


def test_a_denial_can_be_the_claim_itself() -> None:
    assert rules_found("Зверь без хвоста") == ["never"]


def test_a_fact_makes_it_fine() -> None:
    facts: list[Fact] = ["deadline"]
    assert find_claims("Без хвоста", rules=load_rules(RULES, "a"), context=facts) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("летать + @animal", "летать + @animals", "rules[0].find[0]"),
        ("летать + самолёт", "летать + ", "rules[0].unless[0]"),
        ("летать + самолёт", "летать, , самолёт", "rules[0].unless[0]"),
        ("# крыло", "крыло?", "rules[0].find[2]"),
        ("  - не только", "  - не-только", "no_denials[0]"),
        ("кот, морская", "кот, @beast, морская", "lists.animal"),
        ("сказка", "'!'", "warnings[0]"),
    ],
)
def test_a_pattern_that_cannot_be_read(old: str, new: str, path: str) -> None:
    text = RULES.replace(old, new)
    with pytest.raises(FileError) as error:
        load_rules(text, "rules.yaml")
    (problem,) = error.value.problems
    assert (problem.file, problem.code, problem.path) == ("rules.yaml", "bad_pattern", path)
    assert problem.line > 1


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(FileError, match="unles"):
        load_rules(RULES.replace("unless", "unles"), "rules.yaml")
