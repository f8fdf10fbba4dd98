"""/analytics and /top: how the partner's posts did. For the partner and the helpers."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content import russian
from content.messages import Button, Html, Message, Style
from content.posts.kinds import shipped
from content.posts.links import title_of
from content.posts.measures import MEASURES, Measure
from content.queries import post_numbers
from content.queries.post_numbers import Line, Published, last_days
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.post_words import PostTexts, Say
from funnels.services.presets import post_texts
from partners.models import Partner

PERIODS = (7, 30, 90)
LONGEST = 365
SHOWN = 10
TOP_DAYS, TOP, MOST_TOP = 90, 5, 20
SIGNS = 5
Rows = tuple[tuple[Button, ...], ...]


def analytics(visit: Visit, command: PanelCommand) -> Messages:
    days = _number(command.argument or str(PERIODS[0]), LONGEST)
    if days is None:
        return (Message(_texts().line("wrong_days", _style(visit), most=str(LONGEST))),)
    return (_period(visit, days, edits=False),)


def top(visit: Visit, command: PanelCommand) -> Messages:
    asked = _asked(command.argument)
    if asked is None:
        return (Message(_texts().line("wrong_top", _style(visit), most=str(MOST_TOP))),)
    return (_best(visit, *asked, edits=False),)


def press_period(visit: Visit, press: PanelPress) -> Messages:
    return (_period(visit, min(max(press.id, 1), LONGEST), edits=True),)


def press_top(visit: Visit, press: PanelPress) -> Messages:
    measure = next((measure for measure in MEASURES if measure == press.argument), MEASURES[0])
    return (_best(visit, min(max(press.id, 1), MOST_TOP), measure, edits=True),)


def _period(visit: Visit, days: int, *, edits: bool) -> Message:
    texts, style = _texts(), _style(visit)
    found = _published(visit, days)
    told, posts = texts.counted(days, "days"), found.totals().count()
    if not posts:
        return Message(texts.line("none", style, days=told), buttons=_periods(), edits=edits)
    parts = [texts.line("title", style, days=told), _total(found, style)]
    parts += [_line(line, visit) for line in post_numbers.lines(found.ordered()[:SHOWN], visit.now)]
    if (more := posts - SHOWN) > 0:
        parts.append(texts.line("more", style, posts=texts.counted(more, "posts")))
    parts.append(texts.line("growth", style))
    return Message(Html("\n\n".join(parts)), buttons=(*_periods(), (_top_button(),)), edits=edits)


def _published(visit: Visit, days: int) -> Published:
    return last_days(days, today=_today(visit), partner_id=visit.partner_id)


def _today(visit: Visit) -> date:
    [zone] = Partner.objects.filter(pk=visit.partner_id).values_list("time_zone", flat=True)
    return visit.now.astimezone(ZoneInfo(zone)).date()


def _total(found: Published, style: Style) -> Html:
    texts, total = _texts(), post_numbers.total(found)
    numbers = {measure: russian.number(total.of(measure)) for measure in MEASURES}
    told = texts.line("total", style, posts=russian.number(total.posts), **numbers)
    signs = post_numbers.signs(found)
    if not signs:
        return told
    often = "  ".join(f"{sign} {russian.number(count)}" for sign, count in signs.most_common(SIGNS))
    return Html(f"{told}\n{texts.line('emoji', style, signs=often)}")


def _best(visit: Visit, count: int, measure: Measure, *, edits: bool) -> Message:
    texts, style = _texts(), _style(visit)
    found = post_numbers.lines(_published(visit, TOP_DAYS).best(measure, count), visit.now)
    key: Say = "top" if found else "no_top"
    title = texts.line(key, style, days=texts.counted(TOP_DAYS, "days"), measure=texts.measures[measure])
    others = tuple(_top_button(count, other) for other in MEASURES if other != measure)
    rows = (others, (Button(texts.buttons["all"], panel_data("posts", PERIODS[0])),))
    return Message(Html("\n\n".join([title, *(_line(line, visit) for line in found)])), buttons=rows, edits=edits)


def _line(line: Line, visit: Visit) -> Html:
    published = line.post.published_at
    day = published.astimezone(ZoneInfo(line.post.partner.time_zone)).date() if published else None
    numbers = {measure: _with_growth(line, measure) for measure in MEASURES}
    return _texts().line(
        "line",
        _style(visit),
        date=russian.day_and_month(day) if day else "",
        kind=shipped().types[line.post.kind].name,
        title=title_of(line.post.text),
        **numbers,
    )


def _with_growth(line: Line, measure: Measure) -> str:
    growth = line.growth(measure)
    return russian.number(line.now.of(measure)) + (f" ({growth:+d})" if growth else "")


def _periods() -> Rows:
    texts = _texts()
    return (tuple(Button(texts.counted(days, "days"), panel_data("posts", days)) for days in PERIODS),)


def _top_button(count: int = TOP, measure: Measure | None = None) -> Button:
    texts = _texts()
    label = f"🏆 {texts.measures[measure].capitalize()}" if measure else texts.buttons["top"]
    return Button(label, panel_data("posts_top", count, measure or MEASURES[0]))


def _asked(argument: str) -> tuple[int, Measure] | None:
    """«5 переходы», «reactions», «3»; None for what is neither a number nor a measure."""
    count, measure = TOP, MEASURES[0]
    for word in argument.casefold().split()[:4]:
        if word in ("by", "по"):
            continue
        number, named = _number(word, MOST_TOP), _measure(word)
        if number is None and named is None:
            return None
        count, measure = number or count, named or measure
    return count, measure


def _measure(word: str) -> Measure | None:
    """By the beginning of its name: «реакциям» is understood as «реакции» is."""
    names = _texts().measures
    return next((measure for measure in MEASURES if word == measure or word[:6] == names[measure][:6]), None)


def _number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= most else None


def _texts() -> PostTexts:
    return post_texts()


def _style(visit: Visit) -> Style:
    return visit.script.partner.style


COMMANDS: Commands = {"/analytics": analytics, "/top": top}
PRESSES: Presses = {"posts": press_period, "posts_top": press_top}
