"""The path of every update: meet the leads, decide purely, write what happened. Two statements for a whole batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from content.messages import Message
from funnels import engine
from funnels.callbacks import Press
from funnels.engine import Decision, Happened, State
from funnels.facts import Facts, LeadFacts
from funnels.render import render_notice
from funnels.schema import Answers
from funnels.services.clicks import Tracked, tracked_url
from funnels.services.script import Script, definition, script_for
from partners.fastsql import fetch
from partners.models import Link


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, as Telegram names them."""

    telegram_id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """/start, with the code of a deep link or without."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A text: a button of the persistent keyboard, or the person's own words."""

    text: str


Act = Opened | Typed | engine.Home | engine.Unsupported | Press


@dataclass(frozen=True, slots=True)
class Turn:
    person: Person
    act: Act


@dataclass(slots=True)
class Place:
    """A lead as the first statement finds it."""

    lead_id: int
    answers: Answers
    state: State | None


def take_turns(*, partner_id: int, turns: Sequence[Turn], now: datetime) -> list[tuple[Message, ...]]:
    """What to answer to each turn. Behind the partner's door; the turns are of different people."""
    script = script_for(partner_id=partner_id, now=now)
    places = _meet(partner_id, [turn.person for turn in turns], now)
    links = _links(turns)
    decided = [
        (place, turn, _decide(partner_id, script, place, turn, links, now))
        for place, turn in zip(places, turns, strict=True)
    ]
    _write(partner_id, decided, links, now)
    return [decision.messages for _place, _turn, decision in decided]


def _decide(
    partner_id: int, script: Script, place: Place, turn: Turn, links: dict[str, Link], now: datetime
) -> Decision:
    event = _event(script, turn.act, links)
    version, funnel = script.version, script.funnel
    if place.state is not None and not engine.needs_newest(event):
        version, funnel = place.state.version, definition(place.state.version)
    facts = Facts(
        lead=LeadFacts(turn.person.first_name),
        partner=script.partner,
        products=script.products,
        plan=script.plan,
        link=_link_maker(partner_id, place.lead_id, version),
    )
    if not script.funnel_enabled and not isinstance(event, engine.Text):
        return _without_funnel(script, place, event, facts, now)
    return engine.decide(funnel, version, place.state, event, facts, now)


def _without_funnel(script: Script, place: Place, event: engine.Event, facts: Facts, now: datetime) -> Decision:
    """The partner switched the funnel off: the bot introduces itself and takes questions."""
    state = place.state or State(script.version, script.funnel.start, answers=place.answers)
    ask = render_notice(script.funnel.notices.ask, facts)
    if not isinstance(event, engine.Start):
        return Decision((ask,), state)
    greeting = render_notice(script.funnel.notices.greeting, facts)
    return Decision((greeting, ask), state, (Happened("started", state.step, now),))


def _event(script: Script, act: Act, links: dict[str, Link]) -> engine.Event:
    match act:
        case Opened(code):
            return engine.Start(links[code].entry or None if code in links else None)
        case Typed(text):
            return engine.text_event(script.funnel, text)
        case _:
            return act


def _link_maker(partner_id: int, lead_id: int, version: int) -> Callable[[str, str], str]:
    def link(slot: str, step: str) -> str:
        return tracked_url(Tracked(partner_id, lead_id, version, step, slot))

    return link


def _links(turns: Sequence[Turn]) -> dict[str, Link]:
    codes = {turn.act.code for turn in turns if isinstance(turn.act, Opened) and turn.act.code}
    return {link.code: link for link in Link.objects.filter(code__in=codes)} if codes else {}


MEET = """
WITH person AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS p (telegram_id, first_name, last_name, username, language_code)
), lead AS (
    INSERT INTO partners_lead AS l (
        partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
        status, intent, pain, detail, goal, created_at, last_seen_at)
    SELECT %s, telegram_id, first_name, last_name, username, language_code, '', '', 'new', '', '', '', '', %s, %s
    FROM person
    ON CONFLICT (partner_id, telegram_id) DO UPDATE SET
        first_name = excluded.first_name, last_name = excluded.last_name, username = excluded.username,
        language_code = excluded.language_code, last_seen_at = excluded.last_seen_at, blocked_at = NULL
    RETURNING id, telegram_id, intent, pain, detail, goal
)
SELECT lead.telegram_id, lead.id, intent, pain, detail, goal, c.version_id, c.step, c.path
FROM lead LEFT JOIN funnels_conversation c ON c.lead_id = lead.id
"""


def _meet(partner_id: int, people: Sequence[Person], now: datetime) -> list[Place]:
    columns = [
        [person.telegram_id for person in people],
        *([getattr(person, name) for person in people] for name in ("first_name", "last_name", "username", "language_code")),
    ]
    rows = fetch(MEET, [*columns, partner_id, now, now])
    places = {row[0]: _place(*row[1:]) for row in rows}
    return [places[person.telegram_id] for person in people]


def _place(
    lead_id: int, intent: str, pain: str, detail: str, goal: str, version: int | None, step: str, path: list[str]
) -> Place:
    answers = Answers.model_construct(
        intent=intent or None, pain=pain or None, detail=detail or None, goal=goal or None
    )
    state = State(version, step, tuple(path), answers) if version is not None else None
    return Place(lead_id, answers, state)


WRITE = """
WITH conversation AS (
    INSERT INTO funnels_conversation (lead_id, partner_id, version_id, step, path, changed_at)
    SELECT lead_id, %(partner)s, version_id, step, path::jsonb, %(now)s
    FROM unnest(%(moved)s::bigint[], %(versions)s::bigint[], %(steps)s::text[], %(paths)s::text[])
        AS m (lead_id, version_id, step, path)
    ON CONFLICT (lead_id) DO UPDATE SET
        version_id = excluded.version_id, step = excluded.step, path = excluded.path, changed_at = excluded.changed_at
), answers AS (
    UPDATE partners_lead SET intent = a.intent, pain = a.pain, detail = a.detail, goal = a.goal
    FROM unnest(%(answered)s::bigint[], %(intents)s::text[], %(pains)s::text[], %(details)s::text[], %(goals)s::text[])
        AS a (lead_id, intent, pain, detail, goal)
    WHERE id = a.lead_id
), message AS (
    INSERT INTO funnels_leadmessage (partner_id, lead_id, text, at)
    SELECT %(partner)s, lead_id, text, %(now)s
    FROM unnest(%(writers)s::bigint[], %(texts)s::text[]) AS t (lead_id, text)
), touch AS (
    UPDATE partners_lead SET first_link_id = coalesce(first_link_id, t.link_id), last_link_id = t.link_id
    FROM unnest(%(touched)s::bigint[], %(links)s::bigint[]) AS t (lead_id, link_id)
    WHERE id = t.lead_id
)
INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, version_id, step, data, at)
SELECT %(partner)s, lead_id, kind, version_id, step, data::jsonb, at
FROM unnest(%(leads)s::bigint[], %(kinds)s::text[], %(event_versions)s::bigint[], %(event_steps)s::text[],
            %(data)s::text[], %(times)s::timestamptz[]) AS e (lead_id, kind, version_id, step, data, at)
"""

Decided = tuple[Place, Turn, Decision]


def _write(partner_id: int, decided: Sequence[Decided], links: dict[str, Link], now: datetime) -> None:
    # One statement may change a lead's row only once: a turn that comes through a link changes no answers.
    moved = [(place, d.state) for place, _turn, d in decided if d.state != place.state]
    said = [(place, d.answers) for place, _turn, d in decided if d.answers != place.answers]
    wrote = [(place, turn.act.text) for place, turn, d in decided if isinstance(turn.act, Typed) and _own_words(d)]
    touched = [(place, link) for place, turn, _d in decided if (link := _touched_link(turn, links))]
    events = [(place, d.state.version, event, turn) for place, turn, d in decided for event in d.events]
    fetch(
        WRITE,
        {
            "partner": partner_id,
            "now": now,
            "moved": [place.lead_id for place, _state in moved],
            "versions": [state.version for _place, state in moved],
            "steps": [state.step for _place, state in moved],
            "paths": [json.dumps(state.path) for _place, state in moved],
            "answered": [place.lead_id for place, _answers in said],
            "intents": [answers.intent or "" for _place, answers in said],
            "pains": [answers.pain or "" for _place, answers in said],
            "details": [answers.detail or "" for _place, answers in said],
            "goals": [answers.goal or "" for _place, answers in said],
            "writers": [place.lead_id for place, _text in wrote],
            "texts": [text.replace("\0", "") for _place, text in wrote],
            "touched": [place.lead_id for place, _link in touched],
            "links": [link.pk for _place, link in touched],
            "leads": [place.lead_id for place, *_rest in events],
            "kinds": [event.kind for _place, _version, event, _turn in events],
            "event_versions": [version for _place, version, *_rest in events],
            "event_steps": [event.step for _place, _version, event, _turn in events],
            "data": [_data(event, turn, links) for _place, _version, event, turn in events],
            "times": [event.at for _place, _version, event, _turn in events],
        },
    )


def _own_words(decision: Decision) -> bool:
    return any(event.kind == "message_received" for event in decision.events)


def _touched_link(turn: Turn, links: dict[str, Link]) -> Link | None:
    return links.get(turn.act.code) if isinstance(turn.act, Opened) else None


def _data(event: Happened, turn: Turn, links: dict[str, Link]) -> str:
    data: dict[str, Any] = dict(event.data)
    link = _touched_link(turn, links)
    if link is not None and event.kind == "started":
        data["link"] = link.pk
    return json.dumps(data)
