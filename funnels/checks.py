"""What a funnel file may not do although its shape is right. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from django.utils.translation import gettext as _

from content import markup
from content.messages import Html, Style
from funnels import graph, template
from funnels.loader import FunnelFileError, load_funnel
from funnels.schema import Funnel, FunnelButton, GoButton, MenuButton, MenuGo, ProductScreen, Screen, Step
from funnels.variables import COMMON, Rule, rules_of, with_notes
from partners.strict_yaml import Lines, Path, Problem

STYLES: tuple[Style, ...] = ("ty", "vy")
Placed = tuple[Path, MenuButton | FunnelButton]


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
        yield _unknown_step(lines, ("start",), funnel.start)


def _check_reach(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    reachable = graph.parents(funnel)
    for key in funnel.steps:
        if key not in reachable:
            sentence = _("No button leads to this step: remove it or lead to it.")
            yield lines.problem(("steps", key), "unreachable_step", sentence)


def _unknown_step(lines: Lines, path: Path, key: str) -> Problem:
    return lines.problem(path, "unknown_step", _("There is no step “%(key)s”.") % {"key": key})


def _check_menu(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    buttons: list[Placed] = []
    for number, row in enumerate(funnel.menu):
        for place, button in enumerate(row):
            path: Path = ("menu", number, place)
            buttons.append((path, button))
            if isinstance(button, MenuGo) and button.to not in funnel.steps:
                yield _unknown_step(lines, (*path, "to"), button.to)
    yield from _check_labels(lines, buttons, "duplicate_menu_label")


def _check_notices(funnel: Funnel, lines: Lines) -> Iterator[Problem]:
    notices = funnel.notices
    for name in ("greeting", "outdated", "ask", "question_kept", "unsupported", "group"):
        text: str = getattr(notices, name)
        yield from _check_content(lines, ("notices", name), text, COMMON, markup.MESSAGE_LIMIT)
    for name in ("group_button", "back", "home"):
        yield from _check_label(lines, ("notices", name), getattr(notices, name))
    if "{partner_name" not in notices.greeting:
        sentence = _("The greeting must say whose assistant this is: use {partner_name}.")
        yield lines.problem(("notices", "greeting"), "anonymous_greeting", sentence)


def _check_step(
    funnel: Funnel, key: str, lines: Lines, products: Collection[str] | None
) -> Iterator[Problem]:
    step = funnel.steps[key]
    path: Path = ("steps", key)
    has_picture = isinstance(step, ProductScreen) or (isinstance(step, Screen) and bool(step.picture))
    limit = markup.CAPTION_LIMIT if has_picture else markup.MESSAGE_LIMIT
    yield from _check_content(lines, (*path, "text"), step.text, rules_of(step), limit, step)
    yield from _check_buttons(funnel, step, lines, path)
    if isinstance(step, ProductScreen) and products is not None and step.product not in products:
        sentence = _("There is no product “%(key)s” in the catalogue.") % {"key": step.product}
        yield lines.problem((*path, "product"), "unknown_product", sentence)
    if isinstance(step, Screen):
        if not step.buttons:
            sentence = _("Nothing leads on from this screen: add a button.")
            yield lines.problem(path, "dead_end", sentence, "warning")
        if step.picture.startswith("/") or ".." in step.picture:
            sentence = _("A picture is a path inside the media folder, without “..” and a leading “/”.")
            yield lines.problem((*path, "picture"), "bad_picture", sentence)


def _check_buttons(funnel: Funnel, step: Step, lines: Lines, path: Path) -> Iterator[Problem]:
    buttons: list[Placed] = []
    for number, row in enumerate(step.buttons):
        for place, button in enumerate(row):
            inner = (*path, "buttons", number, place)
            buttons.append((inner, button))
            if isinstance(button, GoButton) and button.to not in funnel.steps:
                yield _unknown_step(lines, (*inner, "to"), button.to)
    always = (funnel.notices.back, funnel.notices.home)
    yield from _check_labels(lines, buttons, "duplicate_label", taken=always)


def _check_labels(
    lines: Lines, buttons: Iterable[Placed], code: str, taken: Collection[str] = ()
) -> Iterator[Problem]:
    """Two buttons with one label: people cannot tell them apart, and the menu is recognised by its labels."""
    seen = {(style, text) for style in STYLES for text in taken}
    for path, button in buttons:
        problems = list(_check_label(lines, (*path, "text"), button.text))
        yield from problems
        if problems:
            continue
        labels = {(style, template.label(button.text, style)) for style in STYLES}
        if labels & seen:
            sentence = _("There is another button “%(label)s” here.") % {"label": button.text}
            yield lines.problem((*path, "text"), code, sentence)
        seen |= labels


def _check_label(lines: Lines, path: Path, text: str) -> Iterator[Problem]:
    try:
        variables = template.variables_in(text)
    except template.TemplateError as error:
        yield _malformed(lines, path, error)
        return
    if variables or not all(template.label(text, style).strip() for style in STYLES):
        yield lines.problem(path, "bad_label", _("A button has plain text: no variables, and not empty."))


def _malformed(lines: Lines, path: Path, error: template.TemplateError) -> Problem:
    sentence = _("“%(mark)s” cannot be read. Write [[ты|вы]], {first_name|друзья}, and {{ for a brace.")
    return lines.problem(path, "bad_template", sentence % {"mark": error.mark})


def _check_content(
    lines: Lines, path: Path, text: str, rules: dict[str, Rule], limit: int, step: Step | None = None
) -> Iterator[Problem]:
    try:
        variables = template.variables_in(text)
    except template.TemplateError as error:
        yield _malformed(lines, path, error)
        return
    yield from _check_variables(lines, path, variables, rules)
    pages = _pages(text, rules)
    if sentence := next(filter(None, map(markup.fault, pages)), None):
        yield lines.problem(path, "bad_html", sentence)
        return
    if not all(markup.visible(page).strip() for page in pages):
        yield lines.problem(
            path, "empty_text", _("Nothing of this text is left when the variables are empty.")
        )
    length = max(_length(step, page) for page in pages)
    if length > limit:
        code = "caption_too_long" if limit == markup.CAPTION_LIMIT else "text_too_long"
        sentence = _("With the longest names it has %(length)s characters, Telegram allows %(limit)s.")
        yield lines.problem(path, code, sentence % {"length": length, "limit": limit})


def _pages(text: str, rules: dict[str, Rule]) -> list[Html]:
    """What readers may get: both forms, with the longest values and with what can be empty left out."""
    full = {name: ("W " * rule.longest)[: rule.longest] for name, rule in rules.items()}
    bare = {name: value for name, value in full.items() if not rules[name].optional}
    return [template.render(text, style, values) for style in STYLES for values in (full, bare)]


def _length(step: Step | None, html: Html) -> int:
    whole = with_notes(step, html, is_supplement=True) if step else html
    return markup.telegram_length(markup.visible(whole))


def _check_variables(
    lines: Lines, path: Path, variables: Iterable[template.Variable], rules: dict[str, Rule]
) -> Iterator[Problem]:
    for variable in sorted(variables, key=lambda variable: variable.name):
        rule = rules.get(variable.name)
        if rule is None:
            values = {"name": variable.name, "known": ", ".join(sorted(rules))}
            sentence = _("There is no variable {%(name)s} here. There are: %(known)s.") % values
            yield lines.problem(path, "unknown_variable", sentence)
        elif rule.optional and variable.fallback is None:
            sentence = _("{%(name)s} can be empty: say what to write then, as in {%(name)s|…}.")
            yield lines.problem(path, "missing_fallback", sentence % {"name": variable.name})
