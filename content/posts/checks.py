"""What is wrong with a post, before a person sees it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _

from content.claims import find_claims
from content.claims.words import analyzer
from content.contacts import contacts
from content.markup import CAPTION_LIMIT, MESSAGE_LIMIT, fault, telegram_length, visible
from content.messages import Html
from content.posts.compose import LONGEST, SHORTEST
from content.posts.duties import missing
from content.posts.facts import Advert, Mark, NotAdvert, ProductFacts
from content.posts.kinds import PostType
from content.posts.likeness import Earlier, most_alike, prints
from content.posts.links import SLOT, advert_line, seen
from content.posts.names import names_in

Level = Literal["blocks", "warns"]

TAGS = frozenset({"b", "i", "blockquote", "tg-spoiler"})
_TAG = re.compile(r"</?([a-z-]+)[^<>]*>")
_LINK = re.compile(r"<a\b[^<>]*>")
_HASHTAG = re.compile(r"(?<![\w&])#\w+")
_BRACE = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"[а-яё]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are the place in the text of the post; equal where it is about the whole."""

    level: Level
    code: str
    sentence: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Post:
    text: Html
    kind: PostType
    products: Sequence[ProductFacts]
    product: ProductFacts | None
    mark: Mark | None
    earlier: Sequence[Earlier]
    caption: bool
    until: date | None


def check(
    text: Html,
    kind: PostType,
    *,
    products: Sequence[ProductFacts] = (),
    product: ProductFacts | None = None,
    mark: Mark | None = None,
    earlier: Sequence[Earlier] = (),
    caption: bool = False,
    until: date | None = None,
) -> list[Finding]:
    """What is wrong with a text that has slots for links; what blocks comes first.

    `products` is the catalogue, `product` the one of the post, `until` the last day of an offer. A text that Telegram
    cannot read is not looked at any further.
    """
    if not visible(text).strip():
        return [Finding("blocks", "empty", _("The post has no text."))]
    if sentence := fault(text):
        return [Finding("blocks", "html", sentence)]
    post = _Post(text, kind, products, product, mark, earlier, caption, until)
    found = [finding for look in LOOKS for finding in look(post)]
    return sorted(found, key=lambda finding: (finding.level != "blocks", finding.start))


def passes(findings: Sequence[Finding]) -> bool:
    return all(finding.level == "warns" for finding in findings)


def _length(post: _Post) -> Iterator[Finding]:
    text = seen(post.text)
    units = telegram_length(text + visible(advert_line(post.mark)))
    limit = CAPTION_LIMIT if post.caption else MESSAGE_LIMIT
    if units > limit:
        sentence = _("The post has %(length)s characters; Telegram takes %(limit)s.")
        yield Finding("blocks", "too_long_for_telegram", sentence % {"length": units, "limit": limit})
    if not SHORTEST <= len(text) <= LONGEST:
        sentence = _("The post has %(length)s characters; people read %(shortest)s to %(longest)s best.")
        figures = {"length": len(text), "shortest": SHORTEST, "longest": LONGEST}
        yield Finding("warns", "length", sentence % figures)


def _tags(post: _Post) -> Iterator[Finding]:
    for tag in _TAG.finditer(post.text):
        if tag[1] not in TAGS | {"a"} and not tag[0].startswith("</"):
            sentence = _("Posts use bold, italic, quotations and spoilers only: take “%(tag)s” out.")
            yield Finding("warns", "tag", sentence % {"tag": tag[0][:40]}, *tag.span())


def _links(post: _Post) -> Iterator[Finding]:
    places = {link.span() for link in _LINK.finditer(post.text)} | {contact[1:] for contact in contacts(post.text)}
    for start, end in sorted(places):
        sentence = _("Links and contacts are only the partner's own: write {shop_link} or {registration_link} instead.")
        yield Finding("blocks", "foreign_link", sentence, start, end)
    for brace in _BRACE.finditer(post.text):
        if not SLOT.fullmatch(brace[0]):
            sentence = _("“%(slot)s” is no known link: write {shop_link} or {registration_link}.")
            yield Finding("blocks", "unknown_slot", sentence % {"slot": brace[0][:40]}, *brace.span())


def _claims(post: _Post) -> Iterator[Finding]:
    for claim in find_claims(post.text, context={"deadline"} if post.until else ()):
        yield Finding("blocks", f"claim_{claim.rule}", claim.sentence, claim.start, claim.end)


def _duties(post: _Post) -> Iterator[Finding]:
    for duty, owed in missing(seen(post.text), post.kind, post.product):
        sentence = _("Add this sentence: “%(sentence)s”") % {"sentence": owed}
        yield Finding("blocks", f"missing_{duty}", sentence)


def _mark(post: _Post) -> Iterator[Finding]:
    match post.mark:
        case Advert(erid, advertiser) if not (erid.strip() and advertiser.strip()):
            yield Finding("blocks", "advert_incomplete", _("An advert needs its erid and the name of the advertiser."))
        case NotAdvert(declared_by) if not declared_by.strip():
            yield Finding("blocks", "advert_nobody", _("“Not an advert” must be declared by somebody with a name."))
        case None if post.kind.advert:
            sentence = _("This is an advert: give its erid and the advertiser, or declare by name that it is none.")
            yield Finding("blocks", "advert_mark", sentence)


def _alike(post: _Post) -> Iterator[Finding]:
    if alike := most_alike(prints(post.text), post.earlier):
        sentence = _("Nearly the same was posted less than 90 days ago (post %(post)s, %(percent)s %% in common).")
        figures = {"post": alike[0].id, "percent": round(alike[1] * 100)}
        yield Finding("blocks", "alike", sentence % figures)


def _one_product(post: _Post) -> Iterator[Finding]:
    named = names_in(seen(post.text), [product.short_name for product in post.products])
    if len(named | ({post.product.short_name} if post.product else set())) > 1:
        sentence = _("One product in a post: here are %(names)s.") % {"names": ", ".join(sorted(named))}
        yield Finding("blocks", "several_products", sentence)


def _ending(post: _Post) -> Iterator[Finding]:
    last = post.text.rstrip().rpartition("\n")[2]
    if "?" not in last and not SLOT.search(last) and not any(_invites(word) for word in _WORD.findall(visible(last))):
        start = len(post.text.rstrip()) - len(last)
        sentence = _("End with a question or an invitation, so that people answer.")
        yield Finding("warns", "ending", sentence, start, start + len(last))


def _hashtags(post: _Post) -> Iterator[Finding]:
    for tag in _HASHTAG.finditer(_without_tags(post.text)):
        yield Finding("blocks", "hashtag", _("No hashtags: take “%(tag)s” out.") % {"tag": tag[0][:40]}, *tag.span())


def _without_tags(html: str) -> str:
    """Of the same length, so that places stay what they are."""
    return _TAG.sub(lambda tag: " " * len(tag[0]), html)


def _invites(word: str) -> bool:
    return "impr" in analyzer().parse(word.lower())[0].tag


LOOKS: tuple[Callable[[_Post], Iterator[Finding]], ...] = (
    _length,
    _tags,
    _links,
    _claims,
    _duties,
    _mark,
    _alike,
    _one_product,
    _ending,
    _hashtags,
)
