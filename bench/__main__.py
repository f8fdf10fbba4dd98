"""`python -m bench [turns|polling|delivery]`: all benchmarks, or one."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "1")
    import django
    from django.conf import settings

    from bench import delivery, machine, polling, turns
    from config import embedded

    django.setup()
    embedded.ensure()
    benches = {"turns": turns.run, "polling": polling.run, "delivery": delivery.run}
    names = sys.argv[1:] or list(benches)
    print(machine.describe())
    for name in names:
        benches[name](settings.DATABASE_URL)
        print()


if __name__ == "__main__":
    main()
