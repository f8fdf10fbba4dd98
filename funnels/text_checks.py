"""What neither a text nor the labels of buttons may do, in a funnel or in a sequence. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from django.utils.translation import gettext as _

from content import markup, template
from content.messages import Html, Style
from funnels.promises import banned_claims
from funnels.variables import Rule
from partners.strict_yaml import Lines, Path, Problem

STYLES: tuple[Style, ...] = ("ty", "vy")
Placed = tuple[Path, str]  # a label and where it stands
Finish = Callable[[Html], Html]


def unknown_step(lines: Lines, path: Path, key: str) -> Problem:
    return lines.problem(path, "unknown_step", _("There is no step “%(key)s”.") % {"key": key})


def check_labels(lines: Lines, buttons: Iterable[Placed], code: str, taken: Collection[str] = ()) -> Iterator[Problem]:
    """Two buttons with one label: people cannot tell them apart, and the menu is recognised by its labels."""
    seen = {(style, text) for style in STYLES for text in taken}
    for path, text in buttons:
        problems = list(check_label(lines, path, text))
        yield from problems
        if problems:
            continue
        labels = {(style, template.label(text, style)) for style in STYLES}
        if labels & seen:
            sentence = _("There is another button “%(label)s” here.") % {"label": text}
            yield lines.problem(path, code, sentence)
        seen |= labels


def check_label(lines: Lines, path: Path, text: str) -> Iterator[Problem]:
    try:
        variables = template.variables_in(text)
    except template.TemplateError as error:
        yield _malformed(lines, path, error)
        return
    if variables or not all(template.label(text, style).strip() for style in STYLES):
        yield lines.problem(path, "bad_label", _("A button has plain text: no variables, and not empty."))
        return
    yield from banned_claims(lines, path, template.labels(text))


def _malformed(lines: Lines, path: Path, error: template.TemplateError) -> Problem:
    sentence = _("“%(mark)s” cannot be read. Write [[ты|вы]], {first_name|друзья}, and {{ for a brace.")
    return lines.problem(path, "bad_template", sentence % {"mark": error.mark})


def check_content(
    lines: Lines, path: Path, text: str, rules: dict[str, Rule], limit: int, finish: Finish | None = None
) -> Iterator[Problem]:
    """`finish` adds what is always sent with the text: it counts for the limit."""
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
    names = {name: "X" for name, rule in rules.items() if not rule.optional}
    yield from banned_claims(lines, path, [template.render(text, style, names) for style in STYLES])
    if not all(markup.visible(page).strip() for page in pages):
        yield lines.problem(path, "empty_text", _("Nothing of this text is left when the variables are empty."))
    length = longest(text, rules, finish)
    if length > limit:
        code = "caption_too_long" if limit == markup.CAPTION_LIMIT else "text_too_long"
        sentence = _("With the longest names it has %(length)s characters, Telegram allows %(limit)s.")
        yield lines.problem(path, code, sentence % {"length": length, "limit": limit})


def longest(text: str, rules: dict[str, Rule], finish: Finish | None = None) -> int:
    """Characters, as Telegram counts them, of what the reader with the longest names gets."""
    return max(_length(finish(page) if finish else page) for page in _pages(text, rules))


def _pages(text: str, rules: dict[str, Rule]) -> list[Html]:
    """What readers may get: both forms, with the longest values and with what can be empty left out."""
    full = {name: ("W " * rule.longest)[: rule.longest] for name, rule in rules.items()}
    bare = {name: value for name, value in full.items() if not rules[name].optional}
    return [template.render(text, style, values) for style in STYLES for values in (full, bare)]


def _length(html: Html) -> int:
    return markup.telegram_length(markup.visible(html))


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


def named(products: Iterable[str], text: str) -> list[str]:
    """Which of these products the text speaks of; what follows a comma in a name is a taste or a size."""
    names = sorted({name.split(",")[0] for name in products})
    return [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.I)]


def check_picture(lines: Lines, path: Path, picture: str) -> Iterator[Problem]:
    if picture.startswith("/") or ".." in picture:
        sentence = _("A picture is a path inside the media folder, without “..” and a leading “/”.")
        yield lines.problem(path, "bad_picture", sentence)
