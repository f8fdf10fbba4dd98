"""`python -m bench NAME…`: those named below, or all of them.

`--full` takes a long one to its end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "1")
    import django
    from django.conf import settings

    from config import embedded

    django.setup()
    from bench import (
        answers,
        backup,
        capacity,
        delivery,
        fleet,
        kills,
        machine,
        polling,
        reports,
        retrieval,
        runners,
        timers,
        turns,
        webhooks,
    )

    embedded.ensure()
    full = "--full" in sys.argv
    benches: dict[str, Callable[[str], None]] = {
        "turns": turns.run,
        "polling": polling.run,
        "delivery": partial(delivery.run, full=full),
        "timers": timers.run,
        "kills": kills.run,
        "retrieval": retrieval.run,
        "answers": answers.run,
        "backup": backup.run,
        "fleet": fleet.run,
        "reports": partial(reports.run, full=full),
        "runners": runners.run,
        "webhooks": webhooks.run,
        "capacity": capacity.run,
    }
    names = [word for word in sys.argv[1:] if word != "--full"] or list(benches)
    print(machine.describe())
    for name in names:
        benches[name](settings.DATABASE_URL)
        print()


if __name__ == "__main__":
    main()
