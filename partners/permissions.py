"""What each role may do on the web. Which rows it may do it to is decided by the wall, not here.

Two are no model's. `view_contact`: whether phones and e-mail addresses of leads are shown in full. `view_report`:
the pages of statistics.
"""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model

from partners.access import membership_of
from partners.models import Membership

Role = Membership.Role
View, Add, Change, Delete = "view", "add", "change", "delete"
Handle = "handle"  # what the buttons under a card do: helpers have them in Telegram, too
Play = "play"  # as a lead, in the simulator
Read = "read"  # what leads write, and their names in Telegram
Answer = "answer"  # what nobody has answered, for everybody who asked


def _may(app: str, model: str, *actions: str) -> frozenset[str]:
    return frozenset(f"{app}.{action}_{model}" for action in actions)


PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OPERATOR: frozenset().union(
        _may("analytics", "report", View),
        _may("partners", "partner", View, Add, Change),
        _may("partners", "application", View, Change),
        _may("partners", "bot", View, Add, Change),
        _may("partners", "yandexaccount", View, Add, Change, Delete),
        _may("partners", "lead", View, Read, Handle),
        _may("partners", "contact", View),
        _may("partners", "link", View, Add, Change, Delete),
        _may("partners", "destination", View, Add, Change, Delete),
        _may("partners", "membership", View, Add, Change, Delete),
        _may("partners", "auditentry", View),
        _may("partners", "backup", View, Add),
        _may("partners", "incident", View, Handle),
        _may("partners", "runner", View),
        _may("content", "product", View, Add, Change, Delete),
        _may("content", "payplanversion", View, Add, Change, Delete),
        _may("content", "lessonprogress", View),
        _may("content", "document", View, Add, Change, Delete),
        _may("content", "regressionquestion", View, Add, Change, Delete),
        _may("content", "mediaitem", View, Add, Change),
        _may("content", "pictureorder", View),
        _may("content", "outboxmessage", View, Change),
        _may("content", "postnumbers", View),
        _may("content", "aiuse", View),
        _may("content", "aiaccount", View),
        _may("content", "post", View, Add, Change),
        _may("content", "postplan", View, Add, Change, Delete),
        _may("content", "story", View, Add, Change),
        _may("content", "offer", View, Add, Change, Delete),
        _may("content", "idea", View, Add),
        _may("funnels", "funnelversion", View, Add, Change, Delete, Play),
        _may("funnels", "enrollment", View),
        _may("funnels", "sequencepause", Add, Delete),
        _may("funnels", "textoverride", View, Change, Delete),
        _may("funnels", "alert", View),
        _may("funnels", "question", View, Answer),
        _may("funnels", "broadcast", View, Add, Change, Delete),
        _may("botrunner", "inboxupdate", View, Change),
        _may("auth", "user", View, Add, Change),
        _may("django_celery_beat", "periodictask", View, Add, Change, Delete),
        _may("django_celery_beat", "crontabschedule", View, Add, Change, Delete),
        _may("django_celery_beat", "intervalschedule", View, Add, Change, Delete),
    ),
    # The content of the whole network: no tokens, no logins, no contacts of anybody.
    Role.EDITOR: frozenset().union(
        _may("analytics", "report", View),
        _may("partners", "partner", View),
        _may("partners", "bot", View),
        _may("partners", "link", View),
        _may("content", "product", View, Add, Change, Delete),
        _may("content", "payplanversion", View),
        _may("content", "document", View, Add, Change, Delete),
        _may("content", "regressionquestion", View, Add, Change, Delete),
        _may("content", "mediaitem", View, Add, Change),
        _may("content", "pictureorder", View),
        _may("content", "postnumbers", View),
        _may("content", "post", View, Add, Change),
        _may("content", "postplan", View, Add, Change, Delete),
        _may("content", "story", View, Add, Change),
        _may("content", "offer", View, Add, Change, Delete),
        _may("content", "idea", View, Add),
        _may("funnels", "funnelversion", View, Add, Change, Delete, Play),
        _may("funnels", "textoverride", View, Change, Delete),
    ),
    # Numbers and lists, nobody's contacts or words, nothing to change.
    Role.ANALYST: frozenset().union(
        _may("analytics", "report", View),
        _may("partners", "partner", View),
        _may("partners", "bot", View),
        _may("partners", "lead", View),
        _may("partners", "link", View),
        _may("partners", "destination", View),
        _may("content", "product", View),
        _may("content", "document", View),
        _may("content", "mediaitem", View),
        _may("content", "postnumbers", View),
        _may("content", "post", View),
        _may("content", "postplan", View),
        _may("content", "aiuse", View),
        _may("funnels", "funnelversion", View),
        _may("funnels", "broadcast", View),
    ),
    Role.OWNER: frozenset().union(
        _may("analytics", "report", View),
        _may("partners", "partner", View, Change),
        _may("partners", "bot", View),
        _may("partners", "lead", View, Read, Handle),
        _may("partners", "contact", View),
        _may("partners", "link", View, Add, Change),
        _may("partners", "destination", View, Add, Change, Delete),
        _may("content", "mediaitem", View, Add, Change),
        _may("content", "outboxmessage", View),
        _may("content", "postnumbers", View),
        _may("content", "post", View, Add, Change),
        _may("content", "postplan", View, Add, Change, Delete),
        _may("funnels", "enrollment", View),
        _may("funnels", "textoverride", View, Change, Delete),
        _may("funnels", "alert", View),
        _may("funnels", "question", View),
        _may("funnels", "broadcast", View, Add, Change, Delete),
        _may("funnels", "funnelversion", Play),
    ),
    Role.ASSISTANT: frozenset().union(
        _may("analytics", "report", View),
        _may("partners", "bot", View),
        _may("partners", "lead", View, Read, Handle),
        _may("partners", "link", View),
        _may("content", "mediaitem", View),
        _may("content", "outboxmessage", View),
        _may("content", "postnumbers", View),
        _may("content", "post", View),
        _may("funnels", "alert", View),
        _may("funnels", "question", View),
    ),
}


class PanelBackend(ModelBackend):
    """Logs in by password; permissions come from the table above, stored ones are not read."""

    def get_all_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: Model | None = None) -> set[str]:
        membership = membership_of(user_obj)
        if membership is None or obj is not None:
            return set()
        return set(PERMISSIONS[membership.role])
