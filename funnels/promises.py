"""What a text may not promise, as problems of its file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from content import markup
from content.claims import Claim, find_claims
from content.messages import Html
from partners.strict_yaml import Lines, Path, Problem

_QUOTE = 60  # characters


def banned_claims(lines: Lines, path: Path, texts: Iterable[Html | str]) -> Iterator[Problem]:
    """`texts` are the forms of one text: what all of them say is told once."""
    claims = (claim for text in dict.fromkeys(texts) for claim in find_claims(text))
    for sentence in dict.fromkeys(map(_sentence, claims)):
        yield lines.problem(path, "banned_claim", sentence)


def _sentence(claim: Claim) -> str:
    quote = " ".join(markup.visible(claim.quote).split())
    short = quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1] + "…"
    return _("“%(quote)s” may not be said. %(why)s") % {"quote": short, "why": claim.sentence}
