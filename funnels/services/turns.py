"""The path of every update: meet the leads, decide purely, write what happened. Two statements for a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from content.messages import Message
from funnels import engine
from funnels.callbacks import FORGOTTEN, AskNow, Jump, Press
from funnels.curator_words import AnswerPress
from funnels.dialogue import Ask
from funnels.engine import Decision, Happened, State
from funnels.facts import Facts, LeadFacts
from funnels.models import Question
from funnels.panel_words import PanelCommand, PanelPress
from funnels.render import render_notice
from funnels.services.answering.ask import ask, private_question
from funnels.services.clicks import Tracked, tracked_url
from funnels.services.consequences import draw_consequences
from funnels.services.offers import ask_once, follow_choices
from funnels.services.script import Script, definition, script_for
from funnels.services.talk import TALKS, Talk, left_behind, talk, typed
from funnels.services.turn_rows import Outcome, Person, Place, meet, write
from funnels.wishes import is_right
from partners.models import Link


@dataclass(frozen=True, slots=True)
class Opened:
    """/start, with the code of a deep link or without."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A text: a button of the persistent keyboard, or the person's own words.

    `html` is the text as it was formatted, empty where it was not.
    """

    text: str
    html: str = ""


Act = Opened | Typed | engine.Home | engine.Unsupported | Press | Jump | AskNow | Talk | PanelPress | PanelCommand


@dataclass(frozen=True, slots=True)
class Turn:
    person: Person
    act: Act
    update_id: int = 0  # Telegram's: the reference of a consent given by it
    message_id: int = 0  # of the person's own message


def take_turns(*, partner_id: int, turns: Sequence[Turn], now: datetime) -> list[tuple[Message, ...]]:
    """What to answer to each turn. Behind the partner's door; the turns are of different people."""
    script = script_for(partner_id=partner_id, now=now)
    places = meet(partner_id=partner_id, people=[turn.person for turn in turns], now=now)
    links = _links(turns)
    outcomes = []
    for place, turn in zip(places, turns, strict=True):
        link = links.get(turn.act.code) if isinstance(turn.act, Opened) else None
        decision = _talk(partner_id, script, place, turn, now)
        if decision is None:
            decision = _move(partner_id, script, place, turn, link, now)
        outcome = _outcome(place, turn, decision, link)
        outcomes.append(_hushed(outcome, turn.act) if place.taken else outcome)
    outcomes = ask_once(script=script, outcomes=outcomes, now=now)
    write(partner_id=partner_id, outcomes=outcomes, now=now)
    follow_choices(outcomes=outcomes, now=now)
    draw_consequences(outcomes=outcomes, now=now)
    ask(partner_id=partner_id, questions=_questions(partner_id, turns, outcomes, now))
    return [outcome.decision.messages for outcome in outcomes]


def _questions(partner_id: int, turns: Sequence[Turn], outcomes: Sequence[Outcome], now: datetime) -> list[Question]:
    """The free texts, unless a person answers them."""
    return [
        private_question(
            partner_id=partner_id,
            lead_id=outcome.place.lead_id,
            telegram_id=turn.person.telegram_id,
            message_id=turn.message_id,
            text=outcome.text,
            now=now,
        )
        for turn, outcome in zip(turns, outcomes, strict=True)
        if outcome.text and not outcome.place.taken
    ]


def _outcome(place: Place, turn: Turn, decision: Decision, link: Link | None) -> Outcome:
    own_words = any(event.kind == "message_received" for event in decision.events)
    text = turn.act.text if isinstance(turn.act, Typed) and own_words else ""
    if link is not None:
        events = tuple(replace(event, data={**event.data, "link": link.pk}) for event in decision.events[:1])
        decision = replace(decision, events=events + decision.events[1:])  # the first event is the start itself
    return Outcome(place, decision, text, link, turn.update_id)


def _hushed(outcome: Outcome, act: Act) -> Outcome:
    """A person speaks with this lead: the bot only listens, except to what is everybody's right at any moment
    and to the buttons under what it has answered before.
    """
    if is_right(act) or isinstance(act, AnswerPress):
        return outcome
    decision, place = outcome.decision, outcome.place
    events = tuple(event for event in decision.events if event.kind != "screen_shown")
    quiet = Decision((), place.state or replace(decision.state, asking=""), events)
    match act:
        case engine.Unsupported():
            return replace(outcome, decision=quiet, heard="heard_other")
        case Ask():
            return replace(outcome, decision=quiet, heard="heard_call")
        case _:
            return replace(outcome, decision=quiet, heard="heard" if outcome.text else "")


def _talk(partner_id: int, script: Script, place: Place, turn: Turn, now: datetime) -> Decision | None:
    """None for what belongs to the funnel."""
    act = typed(script, place, turn.act.text) if isinstance(turn.act, Typed) else turn.act
    if not isinstance(act, TALKS):
        return None
    talked = talk(script=script, place=place, act=act, update_id=turn.update_id, now=now)
    if not talked.is_question:
        return Decision(talked.messages, talked.state, talked.events)
    decision = _decide(partner_id, script, replace(place, state=talked.state), turn, None, now)
    return replace(decision, messages=talked.messages + decision.messages)


def _move(partner_id: int, script: Script, place: Place, turn: Turn, link: Link | None, now: datetime) -> Decision:
    """A turn of the funnel ends what was being asked for."""
    decision = _decide(partner_id, script, place, turn, link, now)
    if not place.asking or isinstance(turn.act, engine.Unsupported):
        return decision
    state = replace(decision.state, asking="")
    return replace(decision, state=state, messages=left_behind(script=script, place=place) + decision.messages)


def _decide(partner_id: int, script: Script, place: Place, turn: Turn, link: Link | None, now: datetime) -> Decision:
    event = _event(script, turn.act, link)
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


def _event(script: Script, act: Act, link: Link | None) -> engine.Event:
    match act:
        case Opened():
            return engine.Start(link.entry or None if link is not None else None)
        case Typed(text):
            return engine.text_event(script.funnel, text)
        case PanelPress():  # of somebody who is no partner
            return FORGOTTEN
        case PanelCommand():
            return engine.Unsupported()
        case _:
            return cast(engine.Event, act)  # a Talk never comes here


def _link_maker(partner_id: int, lead_id: int, version: int) -> Callable[[str, str], str]:
    def link(slot: str, step: str) -> str:
        return tracked_url(Tracked(partner_id, lead_id, version, step, slot))

    return link


def _links(turns: Sequence[Turn]) -> dict[str, Link]:
    codes = {turn.act.code for turn in turns if isinstance(turn.act, Opened) and turn.act.code}
    return {link.code: link for link in Link.objects.filter(code__in=codes)} if codes else {}
