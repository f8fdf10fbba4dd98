"""The two statements of a turn: the leads and their places are read, what happened is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from funnels.engine import Decision, State
from funnels.schema import Answers
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


@dataclass(slots=True)
class Place:
    """A lead as the first statement finds it."""

    lead_id: int
    answers: Answers
    state: State | None
    offers_asked: bool = False
    taken: bool = False  # a person has taken the dialogue over

    @property
    def asking(self) -> str:
        return self.state.asking if self.state else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn leaves behind: `text` are the person's own words, `link` the deep link they came through.

    `heard`: how the partner, who has taken this dialogue over, is told of it.
    """

    place: Place
    decision: Decision
    text: str = ""
    link: Link | None = None
    update_id: int = 0
    heard: Literal["", "heard", "heard_other", "heard_call"] = ""


MEET = """
WITH person AS (
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[])
        AS p (telegram_id, first_name, last_name, username, language_code)
), lead AS (
    INSERT INTO partners_lead AS l (
        partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
        status, intent, pain, detail, goal, created_at, last_seen_at, score_due_at)
    SELECT %s, telegram_id, first_name, last_name, username, language_code, '', '', 'new', '', '', '', '', %s, %s, %s
    FROM person
    ON CONFLICT (partner_id, telegram_id) DO UPDATE SET
        first_name = excluded.first_name, last_name = excluded.last_name, username = excluded.username,
        language_code = excluded.language_code, last_seen_at = excluded.last_seen_at, blocked_at = NULL,
        -- An indexed column: what is due already is left alone, so that most turns touch no index.
        score_due_at = least(l.score_due_at, excluded.score_due_at)
    RETURNING id, telegram_id, offers_asked_at IS NOT NULL AS offers_asked, taken_at IS NOT NULL AS taken,
        intent, pain, detail, goal
)
SELECT lead.telegram_id, lead.id, offers_asked, taken, intent, pain, detail, goal,
    c.version_id, c.step, c.path, c.asking
FROM lead LEFT JOIN funnels_conversation c ON c.lead_id = lead.id
"""


def meet(*, partner_id: int, people: Sequence[Person], now: datetime) -> list[Place]:
    """The leads of these people, made where they are new, in the order of the people."""
    columns = [
        [person.telegram_id for person in people],
        *(
            [getattr(person, name) for person in people]
            for name in ("first_name", "last_name", "username", "language_code")
        ),
    ]
    rows = fetch(MEET, [*columns, partner_id, now, now, now])
    places = {row[0]: _place(*row[1:]) for row in rows}
    return [places[person.telegram_id] for person in people]


def _place(
    lead_id: int,
    offers_asked: bool,
    taken: bool,
    intent: str,
    pain: str,
    detail: str,
    goal: str,
    version: int | None,
    step: str,
    path: str | None,
    asking: str | None,
) -> Place:
    said = {"intent": intent, "pain": pain, "detail": detail, "goal": goal}
    answers = Answers.model_construct(**{name: value or None for name, value in said.items()})  # type: ignore[arg-type]
    # Django tells psycopg to leave jsonb as text.
    trail = tuple(json.loads(path or "[]"))
    state = State(version, step, trail, answers, asking or "") if version is not None else None
    return Place(lead_id, answers, state, offers_asked, taken)


WRITE = """
WITH conversation AS (
    INSERT INTO funnels_conversation (lead_id, partner_id, version_id, step, path, asking, changed_at)
    SELECT lead_id, %(partner)s, version_id, step, path::jsonb, asking, %(now)s
    FROM unnest(%(moved)b::bigint[], %(versions)b::bigint[], %(steps)b::text[], %(paths)b::text[], %(asking)b::text[])
        AS m (lead_id, version_id, step, path, asking)
    ON CONFLICT (lead_id) DO UPDATE SET version_id = excluded.version_id, step = excluded.step,
        path = excluded.path, asking = excluded.asking, changed_at = excluded.changed_at
), answers AS (
    UPDATE partners_lead SET intent = a.intent, pain = a.pain, detail = a.detail, goal = a.goal
    FROM unnest(%(answered)b::bigint[], %(intents)b::text[], %(pains)b::text[], %(details)b::text[], %(goals)b::text[])
        AS a (lead_id, intent, pain, detail, goal)
    WHERE id = a.lead_id
), message AS (
    INSERT INTO funnels_leadmessage (partner_id, lead_id, text, at)
    SELECT %(partner)s, lead_id, text, %(now)s
    FROM unnest(%(writers)b::bigint[], %(texts)b::text[]) AS t (lead_id, text)
), touch AS (
    UPDATE partners_lead SET first_link_id = coalesce(first_link_id, t.link_id), last_link_id = t.link_id
    FROM unnest(%(touched)b::bigint[], %(links)b::bigint[]) AS t (lead_id, link_id)
    WHERE id = t.lead_id
)
INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, version_id, step, data, at)
SELECT %(partner)s, lead_id, kind, version_id, step, data::jsonb, at
FROM unnest(%(leads)b::bigint[], %(kinds)b::text[], %(event_versions)b::bigint[], %(event_steps)b::text[],
            %(data)b::text[], %(times)b::timestamptz[]) AS e (lead_id, kind, version_id, step, data, at)
"""


def write(*, partner_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """One statement may change a lead's row only once: a turn that comes through a link changes no answers."""
    moved = [(o.place, o.decision.state) for o in outcomes if o.decision.state != o.place.state]
    said = [(o.place, o.decision.answers) for o in outcomes if o.decision.answers != o.place.answers]
    wrote = [o for o in outcomes if o.text]
    touched = [(o.place, o.link) for o in outcomes if o.link is not None]
    events = [(o, event) for o in outcomes for event in o.decision.events]
    params = {
        "partner": partner_id,
        "now": now,
        "moved": [place.lead_id for place, _state in moved],
        "versions": [state.version for _place, state in moved],
        "steps": [state.step for _place, state in moved],
        "paths": [json.dumps(state.path) for _place, state in moved],
        "asking": [state.asking for _place, state in moved],
        "answered": [place.lead_id for place, _answers in said],
        "intents": [answers.intent or "" for _place, answers in said],
        "pains": [answers.pain or "" for _place, answers in said],
        "details": [answers.detail or "" for _place, answers in said],
        "goals": [answers.goal or "" for _place, answers in said],
        "writers": [o.place.lead_id for o in wrote],
        "texts": [o.text for o in wrote],
        "touched": [place.lead_id for place, _link in touched],
        "links": [link.pk for _place, link in touched],
        "leads": [o.place.lead_id for o, _event in events],
        "kinds": [event.kind for _outcome, event in events],
        "event_versions": [o.decision.state.version for o, _event in events],
        "event_steps": [event.step for _outcome, event in events],
        "data": [json.dumps(dict(event.data)) for _outcome, event in events],
        "times": [event.at for _outcome, event in events],
    }
    fetch(WRITE, params)
