"""The parts of the installation as the page «Load and reserve» shows them. Pure.

What takes too long is what opens an incident: `partners.health`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from botrunner.capacity.judging import Gauge, Part, Verdict, age, amount, number
from botrunner.capacity.load import Bots, Database, Disk, Load, Outbox, Spending, Workers
from partners.health import LANES, WORKER_SILENCE

# A second, of one runner with a core to itself, when every turn is another bot's: 600 such bots reached 124, ten busy
# ones 476 (`python -m bench turns`).
TURNS = 100
TASKS = 60  # that wait: two rounds of the whole timetable, of which the first one expires unread
COUNTED = timedelta(minutes=5)  # older statistics are seen to be old
MISSES = 0.1  # of the reads; more, and what is used every day no longer fits into PostgreSQL's memory
REPLIES, SEQUENCES = LANES[0][0], LANES[3][0]
SHOWN = 5  # queues of tasks, tables, disks


def parts(load: Load) -> list[Part]:
    """Those at their limit first."""
    found = [
        _runners(load.bots), _outbox(load.outbox), _workers(load.workers), _curator(load.workers, load.spending),
        _database(load.database), *_disks(load.disks),
    ]  # fmt: skip
    return sorted(found, key=lambda part: -part.verdict)


def verdict(found: Sequence[Part]) -> Verdict:
    return max(part.verdict for part in found)


def _runners(bots: Bots) -> Part:
    advice = _("Start one more runner: `runbots` on this machine while a core is free, else on another one.")
    slow = _("A runner that uses a whole core needs another one beside it; else look at PostgreSQL.")
    gauges = [
        amount(_("Bots that are to run, of places"), bots.wanted, sum(bots.places), advice),
        amount(_("Updates a second, of what the runners answer"), bots.updates, TURNS * len(bots.places), slow),
        age(_("The oldest update without an answer"), bots.unanswered, REPLIES, slow),
    ]
    return Part(_("Runners"), "smart_toy", gauges, [(_("If one of them fails"), _spare(bots))])


def _spare(bots: Bots) -> str:
    left = sum(bots.places) - max(bots.places, default=0)
    if not left:
        return _("all bots are silent until it is back: no other runner lives")
    missing = bots.wanted - left
    if missing <= 0:
        return _("the others carry all bots")
    return ngettext("%(n)s bot has no place", "%(n)s bots have no place", missing) % {"n": number(missing)}


def _outbox(outbox: Outbox) -> Part:
    slow = _("Messages wait longer than they may: one more runner, if the busiest bot is below Telegram's limit; "
             "else the messages themselves are too many for one bot.")  # fmt: skip
    limit = _("Telegram lets one bot send no more; a broadcast simply takes its time. No machine changes that.")
    gauges = [_lane(lane, outbox, slow) for lane in LANES]
    name = _("Messages a second of the busiest bot")
    gauges.append(amount(name, outbox.busiest, outbox.rate, limit, worst=Verdict.TIGHT))
    return Part(_("Outbox"), "outbox", gauges, [(_("Messages a second of all bots"), number(outbox.sent))])


def _lane(lane: int, outbox: Outbox, advice: str) -> Gauge:
    patience, word = LANES[lane]
    waiting = outbox.lanes[lane]
    more = ngettext("%(n)s waits", "%(n)s wait", waiting.due) % {"n": number(waiting.due)} if waiting.due else ""
    return age(str(word).capitalize(), waiting.age, patience, advice, more=more)


def _workers(workers: Workers) -> Part:
    dead = _("No worker takes tasks, or beat does not run: start both.")
    more = _("One more worker: the same command on this machine while a core is free, else on another one.")
    silence = workers.silence
    gauges = [
        _unknown(_("A worker was last seen"), _("never"), dead)
        if silence is None
        else age(_("A worker was last seen"), silence, WORKER_SILENCE, dead),
        *(_queue(name, count, more) for name, count in sorted(workers.tasks.items())[:SHOWN]),
        age(_("The oldest message of a sequence that is due and not yet written"), workers.timer, SEQUENCES, more),
        _counted(workers.counted, more),
    ]
    return Part(_("Workers"), "manufacturing", gauges)


def _queue(name: str, count: int | None, advice: str) -> Gauge:
    title = _("Tasks that wait in the queue “%(name)s”") % {"name": name}
    if count is None:
        broker = _("The broker can't be reached: until it is back nothing runs in the background.")
        return _unknown(title, _("unknown"), broker)
    return amount(title, count, TASKS, advice)


def _counted(behind: timedelta | None, advice: str) -> Gauge:
    name = _("Statistics are behind by")
    if behind is None:
        first = _("They are being counted from the beginning: some minutes for a million events.")
        return Gauge(name, _("counted for the first time"), 1.0, first, Verdict.TIGHT)
    return age(name, behind, COUNTED, advice)


def _curator(workers: Workers, spending: Spending) -> Part:
    more = _("One more worker of the queue “ai”: questions wait for a model, not for a core.")
    budget = _("Raise the budget of those partners, or leave it: without a model the documents are quoted.")
    gauges = [
        age(_("The oldest question without an answer"), workers.question, REPLIES, more),
        amount(
            _("Roubles for models today, of all budgets"), spending.spent, spending.cap, budget, worst=Verdict.TIGHT
        ),
    ]
    facts = [
        (_("Partners whose budget of the day is used up"), number(spending.exhausted)),
        (_("Calls of models within an hour"), number(spending.calls)),
        (_("of them failed"), number(spending.failed)),
    ]
    return Part(_("Curator's answers"), "neurology", gauges, facts)


def _database(database: Database) -> Part:
    places = _("Raise max_connections, or put PgBouncer in session mode before the web; "
               "never in transaction mode, runners hold locks in their sessions.")  # fmt: skip
    memory = _("More memory for shared_buffers, or PostgreSQL on a machine of its own.")
    locks = _("Raise max_locks_per_transaction (128 is enough for 30,000 bots) and restart PostgreSQL.")
    gauges = [
        amount(_("Connections"), database.connections, database.places, places),
        amount(_("Locks, one for each bot that runs"), database.locks, database.lock_room, locks),
    ]
    if database.missed is not None:
        share = {"share": number(100 * database.missed), "limit": number(100 * MISSES)}
        told = _("%(share)s %% of %(limit)s %%") % share
        gauges.append(Gauge(_("Reads that its memory missed"), told, database.missed / MISSES, memory))
    facts = [(_("Size of the database"), size(database.bytes))]
    return Part("PostgreSQL", "database", gauges, facts + [(name, size(n)) for name, n in database.tables[:SHOWN]])


def _disks(disks: Sequence[Disk]) -> list[Part]:
    advice = _("A bigger disk, or backups and media on another one. What must stay free is what opens an incident.")
    return [
        Part(_("Disk %(where)s") % {"where": disk.where}, "hard_drive", [_disk(disk, advice)]) for disk in disks[:SHOWN]
    ]


def _disk(disk: Disk, advice: str) -> Gauge:
    told = _("%(free)s of %(total)s are free") % {"free": size(disk.free), "total": size(disk.total)}
    room = max(1, disk.total - disk.least)
    return Gauge(_("Used, of what may be used"), told, (disk.total - disk.free) / room, advice)


def _unknown(name: str, told: str, advice: str) -> Gauge:
    return Gauge(name, told, 1.0, advice)


def size(count: int) -> str:
    return str(filesizeformat(count))
