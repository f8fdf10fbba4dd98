"""How many warm-up steps a second one worker plans into the outbox while a million leads wait for theirs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.machine import BASE, BOT_CORE, environment, scratch_database

PARTNERS, WAITING, DUE = 200, 1_000_000, 50_000
SAMPLE = 1_000  # for the peer
IDLE = 5  # ticks


def run(database_url: str) -> None:
    print(
        f"Due timers: {DUE} steps fall due at once, {WAITING} leads of {PARTNERS} partners wait; one core for a worker"
    )
    with scratch_database(database_url) as url:
        env = environment(url)
        subprocess.run([sys.executable, "-m", "bench.timers", "fill"], cwd=BASE, env=env, check=True)
        done = subprocess.run(
            [sys.executable, "-m", "bench.timers", "measure"], cwd=BASE, env=env, check=True, stdout=subprocess.PIPE
        )
    found = json.loads(done.stdout)
    print(f"{'':52}{'steps/s':>9}{'ratio':>8}")
    print(f"{'one transaction and ORM saves for each step':52}{found['peer']:9.0f}{1:8.2f}")
    for name, key in (("Curator: plan_warmups, with one thread", "alone"), ("Curator: plan_warmups", "steps")):
        print(f"{name:52}{found[key]:9.0f}{found[key] / found['peer']:8.2f}")
    print(f"for a step the worker itself computes for {found['cpu'] * 1e6:.0f} µs")
    print(f"memory of the worker: {found['peak']:.0f} MB at most, {found['before']:.0f} MB before the burst")
    print(f"a tick with nothing due: {found['idle'] * 1e3:.1f} ms")


PEOPLE = """
INSERT INTO partners_lead (partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
    status, intent, pain, detail, goal, created_at, last_seen_at)
SELECT (%(partners)s::bigint[])[1 + n %% %(partner_count)s], 1000000 + n, 'Лид ' || n, '', 'u' || n, 'ru',
    CASE WHEN n %% 10 = 0 THEN '+7916' || lpad(n::text, 7, '0') ELSE '' END, '',
    'warming', 'client', 'weight', '', '', %(now)s, %(now)s
FROM generate_series(1, %(waiting)s) AS n
"""

# Every partner has the same share of what is due; the others wait for up to a week.
PLACES = """
INSERT INTO funnels_enrollment (partner_id, lead_id, sequence, round, state, position, next_step, fire_at, entered_at,
    exit_reason)
SELECT partner_id, id, (%(sequences)s::text[])[at], 1, 'active', (%(positions)s::int[])[at], (%(steps)s::text[])[at],
    CASE WHEN n <= %(due)s THEN %(now)s - n * interval '5 ms'
         ELSE %(now)s + interval '1 hour' + (n %% 10007) * interval '1 minute' END,
    %(now)s - interval '9 days', ''
FROM (SELECT *, telegram_id - 1000000 AS n FROM partners_lead) l, LATERAL (
    SELECT 1 + (n / %(partner_count)s) %% cardinality(%(sequences)s::text[]) AS at
) place
"""


def fill() -> None:
    from django.db import connection

    from bench.network import fill as fill_network
    from funnels.models import FunnelVersion
    from funnels.sequence_loader import load_sequence
    from funnels.services.versions import publish, save_draft
    from partners import tenancy
    from partners.models import Partner

    fill_network(PARTNERS)
    now = datetime.now(UTC)
    places: list[tuple[str, int, str]] = []
    with tenancy.all_partners():
        for file in sorted((BASE / "funnels/presets/sequences").glob("*.yaml")):
            sequence, kind = load_sequence(file.read_text(), file.name).sequence, FunnelVersion.Kind.SEQUENCE
            draft = save_draft(key=sequence.key, text=file.read_text(), partner=None, author=None, now=now, kind=kind)
            publish(version=draft, now=now)
            places += [(sequence.key, at, step.key) for at, step in enumerate(sequence.steps)]
        # Whatever time it is, it is not night.
        Partner.objects.update(
            quiet_from=(now + timedelta(hours=8)).time(), quiet_to=(now + timedelta(hours=20)).time()
        )
        partners = list(Partner.objects.order_by("pk").values_list("pk", flat=True))
        sequences, positions, steps = (list(column) for column in zip(*places, strict=True))
        params: dict[str, Any] = {
            "partners": partners,
            "partner_count": PARTNERS,
            "waiting": WAITING,
            "due": DUE,
            "now": now,
        }
        with connection.cursor() as cursor:
            cursor.execute(PEOPLE, params)
            cursor.execute(PLACES, params | {"sequences": sequences, "positions": positions, "steps": steps})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE partners_lead, funnels_enrollment")


def measure() -> dict[str, float]:
    from funnels import tasks
    from partners import tenancy
    from partners.models import Bot

    os.sched_setaffinity(0, BOT_CORE)
    peer, before = _peer(), _memory()
    with tenancy.all_partners():
        bots = list(Bot.objects.order_by("pk").values_list("pk", flat=True))
    lanes, tasks.LANES = tasks.LANES, 1
    alone, _cpu = _burst(bots[: PARTNERS // 4])
    tasks.LANES = lanes
    steps, cpu = _burst(bots[PARTNERS // 4 :])
    began = time.perf_counter()
    for _time in range(IDLE):
        tasks.plan_warmups()
    idle = (time.perf_counter() - began) / IDLE
    return {"alone": alone, "steps": steps, "cpu": cpu, "idle": idle, "peer": peer, "before": before, "peak": _memory()}


def _burst(bots: list[int]) -> tuple[float, float]:
    """Steps a second while only these bots run, and the worker's seconds of computing for a step."""
    from content.models import OutboxMessage
    from funnels.tasks import plan_warmups
    from partners import tenancy
    from partners.models import Bot

    with tenancy.all_partners():
        Bot.objects.exclude(pk__in=bots).update(wanted=Bot.Wanted.STOPPED)
        Bot.objects.filter(pk__in=bots).update(wanted=Bot.Wanted.RUNNING)
        before = OutboxMessage.objects.count()
    began, cpu_began = time.perf_counter(), time.process_time()
    plan_warmups()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    with tenancy.all_partners():
        planned = OutboxMessage.objects.count() - before
    return planned / seconds, cpu / planned


def _peer() -> float:
    """Steps a second of the plain way: read one place, decide, save, in a transaction of its own."""
    from funnels.models import Enrollment
    from partners import tenancy

    with tenancy.all_partners():
        due = Enrollment.objects.filter(fire_at__lte=datetime.now(UTC)).order_by("partner_id", "pk")
        sample = list(due.values_list("partner_id", "pk")[:SAMPLE])
    began = time.perf_counter()
    for partner_id, pk in sample:
        with tenancy.partner(partner_id):
            _plain_step(Enrollment.objects.select_for_update().select_related("lead", "partner").get(pk=pk))
    return SAMPLE / (time.perf_counter() - began)


def _plain_step(enrollment: Any) -> None:
    from content.models import OutboxMessage
    from funnels.models import FunnelEvent
    from funnels.services.enrollments import clockwork_of
    from funnels.services.script import script_for
    from funnels.services.sequences import sequences_of
    from funnels.services.warmup_messages import compose
    from funnels.warmup import Fire, Place, look
    from partners.models import Bot

    now, lead, partner = datetime.now(UTC), enrollment.lead, enrollment.partner
    sequence = sequences_of(partner_id=partner.pk)[enrollment.sequence]
    place = Place(enrollment.position, enrollment.next_step, enrollment.fire_at)
    fire = look(sequence, place, clockwork_of(lead=lead, partner=partner, now=now), now)
    assert isinstance(fire, Fire)
    step, key = fire.step, enrollment.sequence
    message = compose(
        script=script_for(partner_id=partner.pk, now=now),
        lead=lead,
        sequence=key,
        step=step,
        text=step.text,
        may_ask_contact=not lead.phone,
    )
    OutboxMessage.objects.create(
        partner=partner,
        bot=Bot.objects.get(partner=partner),
        lead=lead,
        chat_id=lead.telegram_id,
        lane=OutboxMessage.Lane.SEQUENCE,
        source=f"sequence:{key}",
        dedupe_key=f"sequence:{enrollment.pk}:{step.key}",
        payload=message.to_json(),
        created_at=now,
        not_before=now,
    )
    FunnelEvent.objects.create(partner=partner, lead=lead, kind="warmup_sent", step=f"{key}:{step.key}", at=now)
    lead.last_promo_at = now
    lead.save()
    if fire.then is None:
        enrollment.state, enrollment.fire_at = "finished", None
    else:
        enrollment.position, enrollment.next_step, enrollment.fire_at = (
            fire.then.position,
            fire.then.step,
            fire.then.fire_at,
        )
    enrollment.save()


def _memory() -> float:
    """Peak so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if sys.argv[1] == "fill":
        call_command("migrate", verbosity=0)
        fill()
    else:
        print(json.dumps(measure()))
