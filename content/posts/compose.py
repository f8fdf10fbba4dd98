"""Writes a post without a model: the facts in the words of its type and its voice. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from content.messages import Html
from content.posts.duties import with_duties
from content.posts.facts import Facts, ProductFacts
from content.posts.kinds import VOICE_PARTS, Line, PostType, line_text
from content.posts.likeness import ALIKE, Earlier, likeness, prints
from content.posts.links import seen
from content.posts.picking import Picked, pick
from content.posts.turns import turn
from content.posts.variables import Variables, of_post
from content.template import render, variables_in

T = TypeVar("T")

TRIES = 12
SHORTEST, LONGEST = 400, 900  # characters that the reader sees
EXTRA = "extra"  # the pool of paragraphs for a post that would be too short


@dataclass(frozen=True, slots=True)
class Draft:
    """`text` has slots for links. `sources`: the titles of the documents that it quotes. `voice`: its key."""

    text: Html
    product: ProductFacts | None
    sources: tuple[str, ...]
    voice: str


def compose(kind: PostType, facts: Facts, *, number: int, seed: str) -> Draft:
    """The post of this number (from 0) of a type for its partner: the same one whenever it is asked for.

    `seed` tells one partner's order of things from another's. Raises content.posts.picking.Lacking.
    """
    picked = pick(kind, facts, number=number, seed=seed)
    text = _Writer(kind, facts, picked, number, f"{seed}:{kind.key}").write()
    return Draft(text, picked.product, picked.sources, picked.voice_key)


def compose_unlike(earlier: Collection[Earlier], kind: PostType, facts: Facts, *, number: int, seed: str) -> Draft:
    """The first from this number on that does not repeat an earlier post; after some tries, the least alike."""
    best: tuple[float, Draft] | None = None
    for tried in range(number, number + TRIES):
        draft = compose(kind, facts, number=tried, seed=seed)
        own = prints(draft.text)
        value = max((likeness(own, post.prints) for post in earlier), default=0.0)
        if value < ALIKE:
            return draft
        if best is None or value < best[0]:
            best = (value, draft)
    assert best
    return best[1]


@dataclass(frozen=True, slots=True)
class _Writer:
    kind: PostType
    facts: Facts
    picked: Picked
    number: int
    seed: str

    def write(self) -> Html:
        known = of_post(self.facts, self.picked)
        said = {**known, **self.said(known)}
        layouts = (self.facts.offer and self.kind.with_offer) or self.kind.layouts
        layout = self.turn("layout", [layout for layout in layouts if _complete("".join(layout), said)])
        *paragraphs, last = [self.render(paragraph, said) for paragraph in layout]
        return self.finished(paragraphs, last, self.extras(known))

    def said(self, known: Variables) -> Variables:
        """A line of every pool and of the voice, where there is one that these facts complete."""
        pools = {name: getattr(self.picked.voice, name) for name in VOICE_PARTS} | dict(self.kind.pools)
        usable = {name: self.usable(lines, known) for name, lines in pools.items()}
        return {name: self.render(self.turn(name, lines), known) for name, lines in usable.items() if lines}

    def extras(self, known: Variables) -> list[Html]:
        lines = self.usable(self.kind.pools.get(EXTRA, ()), known)
        ordered = dict.fromkeys(turn(lines, self.number + at, f"{self.seed}:{EXTRA}") for at in range(len(lines)))
        return [self.render(line, known) for line in ordered]

    def finished(self, paragraphs: list[Html], last: Html, extras: Sequence[Html]) -> Html:
        """With what must be said, and with as many extras as it takes to be long enough."""
        for used in range(len(extras) + 1):
            text = Html("\n\n".join([*paragraphs, *extras[:used], last]))
            text = with_duties(text, self.kind, self.picked.product)
            if len(seen(text)) >= SHORTEST:
                break
        return text

    def usable(self, lines: Sequence[str | Line], known: Variables) -> list[str]:
        category = self.picked.product.category if self.picked.product else ""
        return [
            line_text(line)
            for line in lines
            if (isinstance(line, str) or category in line.only) and _complete(line_text(line), known)
        ]

    def turn(self, pool: str, entries: Sequence[T]) -> T:
        return turn(entries, self.number, f"{self.seed}:{pool}")

    def render(self, text: str, known: Variables) -> Html:
        return render(text, self.facts.author.style, known)


def _complete(text: str, known: Mapping[str, Html]) -> bool:
    return all(variable.name in known for variable in variables_in(text))
