"""What Celery beat starts and how often: the defaults, as code.

`manage.py sync_timetable` writes them into django-celery-beat's tables, where an operator may tune them.
His changes stay until the default itself changes here.
"""

from dataclasses import dataclass
from datetime import timedelta

from django_celery_beat.models import IntervalSchedule, PeriodicTask

FROM_CODE = "Default from the code: "


@dataclass(frozen=True)
class Tick:
    task: str
    every: timedelta

    @property
    def default(self) -> str:
        """Kept in the row's description; tells a changed default from a tuned row."""
        return f"{FROM_CODE}every {self.every}"


TIMETABLE = (
    Tick("config.tasks.clear_expired_sessions", every=timedelta(days=1)),
    Tick("config.tasks.leave_mark", every=timedelta(seconds=10)),
    Tick("config.tasks.look_after_backups", every=timedelta(seconds=15)),
    Tick("partners.tasks.forget_applications", every=timedelta(days=1)),
    Tick("partners.tasks.forget_invitations", every=timedelta(days=1)),
    Tick("content.tasks.build_indexes", every=timedelta(seconds=10)),
    Tick("content.tasks.embed_passages", every=timedelta(seconds=10)),
    Tick("content.tasks.find_drafts", every=timedelta(seconds=5)),
    Tick("content.tasks.publish_posts", every=timedelta(seconds=3)),
    Tick("content.tasks.run_post_plans", every=timedelta(seconds=20)),
    Tick("content.tasks.find_pictures", every=timedelta(seconds=5)),
    Tick("content.tasks.count_posts", every=timedelta(minutes=5)),
    Tick("funnels.tasks.plan_warmups", every=timedelta(seconds=10)),
    Tick("funnels.tasks.find_questions", every=timedelta(seconds=5)),
    Tick("funnels.tasks.rescore_leads", every=timedelta(seconds=5)),
    Tick("funnels.tasks.finish_broadcasts", every=timedelta(seconds=10)),
    Tick("funnels.tasks.repeat_alerts", every=timedelta(seconds=20)),
    Tick("funnels.tasks.send_digests", every=timedelta(minutes=1)),
    Tick("funnels.tasks.tell_post_troubles", every=timedelta(seconds=20)),
    Tick("funnels.tasks.show_posts", every=timedelta(seconds=3)),
    Tick("funnels.tasks.send_late_answers", every=timedelta(seconds=10)),
    Tick("funnels.tasks.tell_of_posts", every=timedelta(minutes=1)),
    Tick("analytics.tasks.roll_up", every=timedelta(seconds=5)),
    Tick("funnels.tasks.look_after_newcomers", every=timedelta(minutes=1)),
    Tick("botrunner.tasks.watch_fleet", every=timedelta(seconds=20)),
    Tick("botrunner.tasks.forget_old_watches", every=timedelta(hours=6)),
    Tick("botrunner.tasks.prune_inbox", every=timedelta(minutes=10)),
    Tick("botrunner.tasks.sweep_outbox", every=timedelta(minutes=5)),
)


def sync(timetable: tuple[Tick, ...] = TIMETABLE) -> list[str]:
    """Bring the rows up to date; returns the names of the tasks that were written or removed."""
    gone = PeriodicTask.objects.filter(description__startswith=FROM_CODE).exclude(
        name__in=[tick.task for tick in timetable]
    )
    changed = list(gone.values_list("name", flat=True))
    gone.delete()
    for tick in timetable:
        if not PeriodicTask.objects.filter(name=tick.task, description=tick.default).exists():
            _write(tick)
            changed.append(tick.task)
    return changed


def _write(tick: Tick) -> None:
    seconds = int(tick.every.total_seconds())
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    schedule = {"interval": interval, "crontab": None, "solar": None, "clocked": None}
    # The next tick sees the same rows: after a night without a worker there is one to run, not thousands.
    schedule |= {"expire_seconds": seconds, "expires": None}
    PeriodicTask.objects.update_or_create(
        name=tick.task, defaults={"task": tick.task, "description": tick.default, **schedule}
    )
