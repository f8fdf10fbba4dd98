"""Brings the milestones of leads up to date with their events. Behind the operators' door."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from funnels.milestones import Change, Did, Key, LeadEvent, Mark, milestones
from funnels.services.presets import weights
from partners.fastsql import columns, fetch


def refresh(*, lead_ids: Collection[int], zones: Mapping[int, ZoneInfo]) -> list[Change]:
    """The leads for whom something changed. Done twice, it finds nothing more.

    `zones` are the partners'. One caller at a time: see `analytics.services.rollups`.
    """
    known = _known(lead_ids)
    changes = []
    for (partner_id, lead_id), events in _events(lead_ids).items():
        zone, found = zones[partner_id], milestones(events, weights())
        after = frozenset(Mark(*key, at, at.astimezone(zone).date()) for key, at in found.items())
        before = known.get(lead_id, frozenset())
        if before != after:
            changes.append(Change(partner_id, lead_id, before, after))
    _write(changes)
    return changes


EVENTS = """
SELECT partner_id, lead_id, kind, step, CASE WHEN data <> '{}' THEN data::text END, at, version_id
FROM funnels_funnelevent WHERE lead_id = ANY(%b)
"""
KNOWN = "SELECT lead_id, name, version, step, at, day FROM funnels_milestone WHERE lead_id = ANY(%b)"


def _events(lead_ids: Collection[int]) -> dict[tuple[int, int], list[LeadEvent]]:
    found: dict[tuple[int, int], list[LeadEvent]] = defaultdict(list)
    for partner_id, lead_id, kind, step, data, at, version in fetch(EVENTS, [list(lead_ids)], binary=True):
        found[partner_id, lead_id].append(LeadEvent(kind, step, json.loads(data) if data else {}, at, version))
    return found


def _known(lead_ids: Collection[int]) -> dict[int, frozenset[Mark]]:
    found: dict[int, set[Mark]] = defaultdict(set)
    for lead_id, name, version, step, at, day in fetch(KNOWN, [list(lead_ids)], binary=True):
        found[lead_id].add(Mark(Did(name), version, step, at, day))
    return {lead_id: frozenset(marks) for lead_id, marks in found.items()}


DELETE = """
DELETE FROM funnels_milestone m USING unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[])
    AS gone (lead_id, name, version, step)
WHERE m.lead_id = gone.lead_id AND m.name = gone.name AND m.version = gone.version AND m.step = gone.step
"""
INSERT = """
INSERT INTO funnels_milestone (partner_id, lead_id, name, version, step, at, day)
SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::timestamptz[], %b::date[])
ON CONFLICT (lead_id, name, version, step) DO UPDATE SET at = excluded.at, day = excluded.day
"""


def _write(changes: Collection[Change]) -> None:
    gone = [
        (change.lead_id, *key)
        for change in changes
        for key in _keys(change.before - change.after) - _keys(change.after)
    ]
    new = [(change.partner_id, change.lead_id, *mark) for change in changes for mark in change.after - change.before]
    if gone:
        fetch(DELETE, columns(gone))
    if new:
        fetch(INSERT, columns(new))


def _keys(marks: Collection[Mark]) -> set[Key]:
    return {mark.key for mark in marks}
