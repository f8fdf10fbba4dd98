"""Why a broadcast may not go out as it stands, in sentences for its author. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from content import markup
from funnels.broadcast_message import Letter
from funnels.text_checks import check_content, check_label
from funnels.variables import COMMON
from partners.strict_yaml import Lines, Problem

NOWHERE = Lines("broadcast", {})
ERID = re.compile(r"[A-Za-z0-9]{6,64}")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the author says about advertising: a mark, or the name of the person who says that it is none."""

    erid: str = ""
    advertiser: str = ""
    no_advert_by: str = ""


def check_letter(letter: Letter, *, slot: str, slots: Collection[str]) -> list[Problem]:
    """`slot` is where the button leads, `slots` are the links of this partner."""
    return [*_check_text(letter), *_check_button(letter, slot, slots)]


def _check_text(letter: Letter) -> Iterator[Problem]:
    if not letter.text.strip():
        yield NOWHERE.problem(("text",), "empty_text", _("There is no text yet: write what people are to read."))
        return
    limit = markup.CAPTION_LIMIT if letter.picture else markup.MESSAGE_LIMIT
    yield from check_content(NOWHERE, ("text",), letter.text, COMMON, limit, letter.finish)


def _check_button(letter: Letter, slot: str, slots: Collection[str]) -> Iterator[Problem]:
    if not letter.button_text and not slot:
        return
    if not letter.button_text:
        yield NOWHERE.problem(("button_text",), "bad_label", _("Write what stands on the button, or choose no link."))
        return
    yield from check_label(NOWHERE, ("button_text",), letter.button_text)
    if slot not in slots:
        sentence = _("Choose where the button leads: %(known)s.") % {"known": ", ".join(sorted(slots))}
        yield NOWHERE.problem(("button_slot",), "unknown_slot", sentence)


def check_mark(mark: Mark) -> list[Problem]:
    """An advert carries its mark; that it is none, somebody says by name."""
    if mark.no_advert_by and not (mark.erid or mark.advertiser):
        return []
    if not (mark.erid or mark.advertiser):
        sentence = _("Say whether this is an advert: give its erid and the advertiser, or confirm that it is none.")
        return [NOWHERE.problem(("erid",), "no_mark", sentence)]
    problems = []
    if not ERID.fullmatch(mark.erid):
        sentence = _("The erid is 6 to 64 Latin letters and digits, as the advert data operator gave it.")
        problems.append(NOWHERE.problem(("erid",), "bad_erid", sentence))
    if not mark.advertiser.strip():
        sentence = _("Name the advertiser: a company or a person, with the taxpayer number.")
        problems.append(NOWHERE.problem(("advertiser",), "no_advertiser", sentence))
    return problems
