"""The timetable of django-celery-beat in the panel's clothes."""

from django.contrib import admin
from django_celery_beat.admin import CrontabScheduleAdmin, PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.admin import TaskSelectWidget as StockTaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from partners.admin.base import PanelAdmin

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


class TaskSelectWidget(UnfoldAdminSelectWidget, StockTaskSelectWidget):
    pass


class TaskForm(PeriodicTaskForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelectWidget()


@admin.register(PeriodicTask)
class TaskAdmin(PeriodicTaskAdmin, PanelAdmin):
    form = TaskForm
    change_form_template = None  # the package's own has an inline script, which no page may run
    list_display = ("name", "enabled", "scheduler", "last_run_at", "total_run_count")


@admin.register(CrontabSchedule)
class CrontabAdmin(CrontabScheduleAdmin, PanelAdmin):
    pass


@admin.register(IntervalSchedule)
class IntervalAdmin(PanelAdmin):
    pass
