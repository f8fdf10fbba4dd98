"""Finds claims in a text. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from content.claims.denial import Denials
from content.claims.letters import read
from content.claims.patterns import Line
from content.claims.rules import Fact, Rule, Rules, shipped
from content.claims.sentences import Sentence, sentences
from content.claims.words import form
from content.messages import Html


@dataclass(frozen=True, slots=True)
class Claim:
    """`quote` is text[start:end], tags included; `sentence` tells what is wrong and how to say it instead."""

    rule: str
    start: int
    end: int
    quote: str
    sentence: str


def find_claims(text: Html | str, *, context: Collection[Fact] = (), rules: Rules | None = None) -> list[Claim]:
    """Claims in the order of the text. Html is read without its tags, a plain text as it stands.

    `context` is what is true of the text: with "deadline" a real end date is set, so it may be named.
    """
    rules = rules or shipped()
    letters = read(text)
    found: dict[tuple[str, int, int], Claim] = {}
    for rule, start, end in _found(list(sentences(letters, rules.know)), context, rules):
        at, to = letters.starts[start], letters.ends[end - 1]
        found.setdefault((rule.key, at, to), Claim(rule.key, at, to, text[at:to], rule.say))
    return _outermost(sorted(found.values(), key=lambda claim: (claim.start, -claim.end)))


def _outermost(claims: Iterable[Claim]) -> list[Claim]:
    """Of several findings of one rule at one place, the longest."""
    kept: list[Claim] = []
    reached: dict[str, int] = {}
    for claim in claims:
        if claim.end > reached.get(claim.rule, 0):
            reached[claim.rule] = claim.end
            kept.append(claim)
    return kept


def _found(parts: Sequence[Sentence], context: Collection[Fact], rules: Rules) -> Iterator[tuple[Rule, int, int]]:
    """The rules that are broken, from which letter to which."""
    for number, sentence in enumerate(parts):
        answer = parts[number + 1].words[0].text if number + 1 < len(parts) else ""
        if "?" in sentence.ending and answer in ("нет", "неправда", "миф"):
            continue
        for rule, places in _broken(sentence, context, rules):
            words = sentence.words
            yield rule, words[min(places)].start, words[max(places)].end


def _broken(sentence: Sentence, context: Collection[Fact], rules: Rules) -> Iterator[tuple[Rule, Collection[int]]]:
    line = Line([form(word.text) for word in sentence.words])
    candidates = rules.candidates(line.places.keys())
    if not candidates:
        return
    ignored = {at for pattern in rules.no_denials for places in pattern.find(line) for at in places}
    denials = Denials(sentence.words, line.forms, ignored)
    if any(not denials.cover(places) for pattern in rules.warnings for places in pattern.find(line)):
        return
    for rule, pattern in candidates:
        if rule.fine_with in context:
            continue
        for places in pattern.find(line):
            denied = not rule.denied_too and denials.cover(places)
            if not (denied or denials.apart(places) or denials.question(places) or _excused(rule, places, line)):
                yield rule, places


def _excused(rule: Rule, places: Collection[int], line: Line) -> bool:
    return any(not set(places).isdisjoint(excuse) for pattern in rule.unless for excuse in pattern.find(line))
