"""What a funnel file may not do although its shape is right. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from itertools import chain

from django.utils.translation import gettext as _

from content import markup
from funnels import graph
from funnels.loader import FunnelFileError, load_funnel
from funnels.schema import Funnel, GoButton, MenuGo, ProductScreen, Screen, Step
from funnels.text_checks import Placed, check_content, check_label, check_labels, check_picture, unknown_step
from funnels.variables import COMMON, rules_of, with_notes
from partners.strict_yaml import Lines, Path, Problem


def check_text(text: str, name: str, *, products: Collection[str] | None) -> list[Problem]:
    """Everything that is wrong with a funnel file, of its shape or of its meaning."""
    try:
        loaded = load_funnel(text, name)
    except FunnelFileError as error:
        return error.problems
    return check(loaded.funnel, loaded.lines, products=products)


def check(funnel: Funnel, lines: Lines, *, products: Collection[str] | None) -> list[Problem]:
    """Problems in the order of the file. `products` are the catalogue's keys; None leaves them unchecked."""
    problems = chain(
        _check_start(funnel, lines),
        _check_menu(funnel, lines),
        _check_notices(funnel, lines),
        *(_check_step(funnel, key, lines, products) for key in funnel.steps),
    )
    found = list(problems)
    if not any(problem.code == "unknown_step" for problem in found):  # one typo would cut off a whole branch
        found += _check_reach(funnel, lines)
    return sorted(found, key=lambda problem: problem.line)


def _check_start(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    if funnel.start not in funnel.steps:
        yield unknown_step(lines, ("start",), funnel.start)


def _check_reach(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    reachable = graph.parents(funnel)
    for key in funnel.steps:
        if key not in reachable:
            sentence = _("No button leads to this step: remove it or lead to it.")
            yield lines.problem(("steps", key), "unreachable_step", sentence)


def _check_menu(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    buttons: list[Placed] = []
    for number, row in enumerate(funnel.menu):
        for place, button in enumerate(row):
            path: Path = ("menu", number, place)
            buttons.append(((*path, "text"), button.text))
            if isinstance(button, MenuGo) and button.to not in funnel.steps:
                yield unknown_step(lines, (*path, "to"), button.to)
    yield from check_labels(lines, buttons, "duplicate_menu_label")


def _check_notices(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    notices = funnel.notices
    for name in ("greeting", "outdated", "ask", "unsupported", "group"):
        text: str = getattr(notices, name)
        yield from check_content(lines, ("notices", name), text, COMMON, markup.MESSAGE_LIMIT)
    for name in ("group_button", "back", "home"):
        yield from check_label(lines, ("notices", name), getattr(notices, name))
    if "{partner_name" not in notices.greeting:
        sentence = _("The greeting must say whose assistant this is: use {partner_name}.")
        yield lines.problem(("notices", "greeting"), "anonymous_greeting", sentence)


def _check_step(funnel: Funnel, key: str, lines: Lines, products: Collection[str] | None) -> Iterator[Problem]:
    step = funnel.steps[key]
    path: Path = ("steps", key)
    has_picture = isinstance(step, ProductScreen) or (isinstance(step, Screen) and bool(step.picture))
    limit = markup.CAPTION_LIMIT if has_picture else markup.MESSAGE_LIMIT
    noted = partial(with_notes, step, is_supplement=True)
    yield from check_content(lines, (*path, "text"), step.text, rules_of(step), limit, noted)
    yield from _check_buttons(funnel, step, lines, path)
    if isinstance(step, ProductScreen) and products is not None and step.product not in products:
        sentence = _("There is no product “%(key)s” in the catalogue.") % {"key": step.product}
        yield lines.problem((*path, "product"), "unknown_product", sentence)
    if isinstance(step, Screen):
        if not step.buttons:
            sentence = _("Nothing leads on from this screen: add a button.")
            yield lines.problem(path, "dead_end", sentence, "warning")
        yield from check_picture(lines, (*path, "picture"), step.picture)


def _check_buttons(funnel: Funnel, step: Step, lines: Lines, path: Path) -> Iterator[Problem]:
    buttons: list[Placed] = []
    for number, row in enumerate(step.buttons):
        for place, button in enumerate(row):
            inner = (*path, "buttons", number, place)
            buttons.append(((*inner, "text"), button.text))
            if isinstance(button, GoButton) and button.to not in funnel.steps:
                yield unknown_step(lines, (*inner, "to"), button.to)
    always = (funnel.notices.back, funnel.notices.home)
    yield from check_labels(lines, buttons, "duplicate_label", taken=always)
