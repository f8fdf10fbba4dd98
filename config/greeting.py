"""What `make run` prints last."""

import time
import urllib.request

from django.conf import settings
from django.utils.translation import gettext as _

READY_TIMEOUT = 90  # seconds


def when_ready(sandbox: str) -> str:
    """The addresses and the logins, once the pages answer. `sandbox`: its address, empty without one."""
    panel = f"http://127.0.0.1:{settings.PORT}"
    deadline = time.monotonic() + READY_TIMEOUT
    for url in (f"{panel}/healthz", f"{sandbox}/" if sandbox else ""):
        while url and not answers(url):
            if time.monotonic() > deadline:
                return _("%(url)s does not answer; see the messages above.") % {"url": url}
            time.sleep(0.2)
    lines = [_("Curator is running. Ctrl-C stops it."), _("  Control panel  %(url)s") % {"url": f"{panel}/admin/"}]
    if sandbox:
        lines += [
            _("  Sandbox        %(url)s") % {"url": f"{sandbox}/"},
            _("  Login          admin / demo, or as a partner anna / demo"),
        ]
    return "\n".join(["", *lines, ""])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
