"""What one post is made of: its product, its sections, its row of the plan, its voice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from content.ai.types import Passage
from content.knowledge.words import STOP, lemmas
from content.posts.facts import Facts, ProductFacts
from content.posts.kinds import FactKind, PostType, Voice, shipped
from content.posts.names import names_in
from content.posts.sections import Section, Sort, sections
from content.posts.turns import turn

_LACKING = {
    "product": _("There is no active product with a description in the catalogue: add one."),
    "passage": _("The knowledge base has no section for this type of post: add a document with headings."),
    "plan": _("There is no pay plan: add its table."),
    "story": _("Stories are only retold, never invented: enter one with the consent of the person."),
    "offer": _("There is no promotion: enter one with its terms and its last day."),
}
_NO_CONSENT = _("The story has no consent note: write who allowed to tell it, when and how.")


class Lacking(ValueError):
    """There is no such post without a fact; the sentence tells which."""


@dataclass(frozen=True, slots=True)
class Picked:
    product: ProductFacts | None
    sections: tuple[Section, ...]
    level: int
    voice_key: str
    voice: Voice

    @property
    def sources(self) -> tuple[str, ...]:
        """The titles of the documents."""
        return tuple(dict.fromkeys(section.title for section in self.sections))


def pick(kind: PostType, facts: Facts, *, number: int, seed: str) -> Picked:
    """`number`: which post of this type it is for its partner, from 0. Raises Lacking."""
    seed = f"{seed}:{kind.key}"
    product = _product(kind, facts, number, seed)
    chosen = _sections(kind, facts, product, number, seed)
    _require(kind, facts, product, chosen)
    levels = len(facts.plan.paid_levels) if facts.plan else 1
    level = turn(range(levels), number, f"{seed}:level")
    voices = shipped().voices
    own = facts.author.voice
    voice = own if own in voices else turn(sorted(voices), number, f"{seed}:voice")
    return Picked(product, chosen, level, voice, voices[voice])


def _product(kind: PostType, facts: Facts, number: int, seed: str) -> ProductFacts | None:
    described = [product for product in facts.products if product.short_name and product.description.strip()]
    return turn(described, number, f"{seed}:product") if "product" in kind.facts and described else None


def _sections(
    kind: PostType, facts: Facts, product: ProductFacts | None, number: int, seed: str
) -> tuple[Section, ...]:
    """The section of the post and another one of the same document."""
    if "passage" not in kind.facts:
        return ()
    names = frozenset(entry.short_name for entry in facts.products)
    fitting = _about_one(facts.passages, kind.headings, names, product.short_name if product else "")
    fitting = _closest(fitting, facts.idea) or fitting
    if not fitting:
        return ()
    main = turn(fitting, number, f"{seed}:section")
    others = [section for section in fitting if section.title == main.title and section != main]
    return (main, turn(others, number, f"{seed}:other")) if others else (main,)


def _closest(found: Sequence[Section], idea: str) -> tuple[Section, ...]:
    """Those that share the most words with an idea; none without one."""
    wanted = frozenset(lemmas(idea)) - STOP
    shared = [len(wanted & frozenset(lemmas(f"{section.title} {section.heading} {section.text}"))) for section in found]
    most = max(shared, default=0)
    return tuple(section for section, count in zip(found, shared, strict=True) if count == most) if most else ()


@lru_cache(maxsize=256)
def _about_one(
    passages: tuple[Passage, ...], sorts: tuple[Sort, ...], names: frozenset[str], product: str
) -> tuple[Section, ...]:
    """The sections that name no second product; for the post of a product those of documents about it."""
    return tuple(
        section
        for section in sections(passages)
        if section.sort in sorts
        and product.lower() in section.title.lower()
        and len(names_in(f"{section.title}\n{section.text}", names) | ({product} if product else set())) <= 1
    )


def _require(kind: PostType, facts: Facts, product: ProductFacts | None, chosen: Sequence[Section]) -> None:
    """Raises Lacking."""
    there: dict[FactKind, bool] = {
        "product": product is not None,
        "passage": bool(chosen),
        "plan": facts.plan is not None,
        "story": bool(facts.story and facts.story.text.strip()),
        "offer": facts.offer is not None,
    }
    for fact in kind.needs:
        if not there[fact]:
            raise Lacking(str(_LACKING[fact]))
    if "story" in kind.needs and facts.story and not facts.story.consent.strip():
        raise Lacking(str(_NO_CONSENT))
