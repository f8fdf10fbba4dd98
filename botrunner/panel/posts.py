"""/generate, /pending, /schedule and /stats: posts of the partner, in the partner's own chat with the bot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import cast

from django.db.models import Count, Q, QuerySet

from botrunner.panel import posts_decide, posts_picture, posts_write
from botrunner.panel.posts_decide import FROM_LIST
from botrunner.panel.posts_desk import for_partner, speech_for
from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.messages import Button, Html, Message
from content.models import Post, PostPlan
from content.posts.kinds import Kind, PostType, shipped
from content.posts.picking import Lacking
from content.services.posts.drafts import order
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.post_desk_words import Line, PostPress, post_data
from funnels.services.post_cards import TO_DECIDE
from funnels.services.post_speech import PostSpeech, beginning, kind_of

State = Post.State
LISTED = 10
STATS_DAYS = 30
OPEN, TROUBLED, ENDED = ("pending", "scheduled"), ("failed", "unknown"), ("published", "rejected")  # states
OnCommand = Callable[[Visit, PanelCommand], Messages | None]


def for_partners_command(answer: Callable[[Visit, PostSpeech, str], Messages]) -> OnCommand:
    def on_command(visit: Visit, command: PanelCommand) -> Messages | None:
        speech = speech_for(visit)
        return answer(visit, speech, command.argument) if speech else None

    return on_command


# A new post


@for_partners_command
def generate(visit: Visit, speech: PostSpeech, argument: str) -> Messages:
    kind = _kind_named(argument)
    return _written(visit, speech, kind, edits=False) if kind else (_choice(speech, edits=False),)


@for_partner
def choose(visit: Visit, speech: PostSpeech, press: PanelPress) -> Messages:
    kind = shipped().types.get(press.argument)
    return _written(visit, speech, kind, edits=True) if kind else (_choice(speech, edits=True),)


def _kind_named(argument: str) -> PostType | None:
    """By its key or by its name."""
    name = argument.strip().casefold()
    return next((kind for kind in shipped().types.values() if name in (kind.key, kind.name.casefold())), None)


def _choice(speech: PostSpeech, *, edits: bool) -> Message:
    buttons = [Button(kind.name, panel_data("po_gen", 0, kind.key)) for kind in shipped().types.values()]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return speech.plain("choose_kind", buttons=rows, edits=edits)


def _written(visit: Visit, speech: PostSpeech, kind: PostType, *, edits: bool) -> Messages:
    """The card follows when a worker has written it."""
    try:
        order(partner_id=visit.partner_id, kind=kind.key, by=speech.partner.name, now=visit.now)
    except Lacking as error:
        buttons = _choice(speech, edits=edits).buttons
        return (speech.plain("cannot_write", {"reason": str(error)}, buttons=buttons, edits=edits),)
    return (speech.plain("writing", {"kind": kind.name}, edits=edits),)


# What waits


@for_partners_command
def pending(visit: Visit, speech: PostSpeech, argument: str) -> Messages:
    return (_pending(visit, speech, edits=False),)


def _pending(visit: Visit, speech: PostSpeech, *, edits: bool) -> Message:
    waiting = Post.objects.filter(TO_DECIDE, partner=visit.partner_id).order_by("created_at", "pk")
    posts = list(waiting[:LISTED])
    create = (Button(speech.label("generate"), panel_data("po_gen")),)
    if not posts:
        return speech.plain("nothing_pending", buttons=(create,), edits=edits)
    told = [
        speech.line("post", number=str(number), kind=_name(post), beginning=beginning(post))
        for number, post in enumerate(posts, 1)
    ]
    buttons = tuple(
        (Button(f"{number}. {_name(post)}", post_data(PostPress("po_show", post.pk, post.revision))),)
        for number, post in enumerate(posts, 1)
    )
    values = {"count": str(waiting.count()), "posts": _lines([*told, *_more(speech, waiting)])}
    return speech.plain("pending", values, buttons=(*buttons, create), edits=edits)


# What is planned


@for_partners_command
def schedule(visit: Visit, speech: PostSpeech, argument: str) -> Messages:
    waiting = Post.objects.filter(partner=visit.partner_id, state=State.SCHEDULED).order_by("due_at", "pk")
    posts = list(waiting[:LISTED])
    blocks = [
        *_block(speech, "scheduled", [*(_planned(speech, post) for post in posts), *_more(speech, waiting)]),
        *_block(speech, "plans", list(_plans(visit, speech))),
    ]
    buttons = tuple((_take_back(speech, post),) for post in posts)
    create = (Button(speech.label("generate"), panel_data("po_gen")),)
    if not blocks:
        return (speech.plain("nothing_planned", buttons=(create,)),)
    return (speech.plain("schedule", {"plan": Html("\n\n".join(blocks))}, buttons=(*buttons, create)),)


# How many there are


@for_partners_command
def stats(visit: Visit, speech: PostSpeech, argument: str) -> Messages:
    recent = Q(changed_at__gt=visit.now - timedelta(days=STATS_DAYS))
    counted = {state: Count("pk", filter=Q(state=state)) for state in (*OPEN, *TROUBLED)}
    counted |= {state: Count("pk", filter=Q(state=state) & recent) for state in ENDED}
    counts = Post.objects.filter(partner=visit.partner_id).aggregate(**counted)
    values = {state: str(count) for state, count in counts.items()}
    create = (Button(speech.label("generate"), panel_data("po_gen")),)
    return (speech.plain("stats", {**values, "days": str(STATS_DAYS)}, buttons=(create,)),)


def _block(speech: PostSpeech, heading: Line, lines: list[Html]) -> Iterator[Html]:
    if lines:
        yield _lines([speech.line(heading), *lines])


def _planned(speech: PostSpeech, post: Post) -> Html:
    at = speech.time(post.due_at) if post.due_at else "…"
    return speech.line("planned", time=at, kind=_name(post), beginning=beginning(post))


def _take_back(speech: PostSpeech, post: Post) -> Button:
    at = f"{post.due_at.astimezone(speech.zone):%d.%m %H:%M}" if post.due_at else ""
    data = post_data(PostPress("po_back", post.pk, post.revision, FROM_LIST))
    return Button(f"{speech.label('withdraw')}: {at}", data)


def _plans(visit: Visit, speech: PostSpeech) -> Iterator[Html]:
    """Their next runs, as the tick will keep them."""
    for plan in PostPlan.objects.filter(partner=visit.partner_id, enabled=True, next_at__isnull=False).order_by(
        "next_at"
    ):
        assert plan.next_at is not None
        name = shipped().types[cast(Kind, plan.kind)].name
        failed = speech.line("plan_failed", reason=plan.reason) if plan.reason else ""
        yield Html(speech.line("plan", time=speech.time(plan.next_at), kind=name) + failed)


def _more(speech: PostSpeech, posts: QuerySet[Post]) -> Iterator[Html]:
    rest = posts.count() - LISTED
    if rest > 0:
        yield speech.line("more", count=str(rest))


def _lines(lines: list[Html]) -> Html:
    return Html("\n".join(lines))


def _name(post: Post) -> str:
    return kind_of(post).name


COMMANDS: Commands = {"/generate": generate, "/pending": pending, "/schedule": schedule, "/stats": stats}
PRESSES: Presses = {
    **posts_decide.PRESSES,
    **posts_write.PRESSES,
    **posts_picture.PRESSES,
    "po_gen": choose,
}
