"""Messages and posts after a backup was restored: what was due has perhaps been sent. Behind the operators' door."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from content.models import OutboxMessage, Post, PostAct
from content.services.posts.decision import CURATOR, done
from content.services.posts.publishing import DUE

RESTORED = "restored"
Sent = OutboxMessage.State


def messages_perhaps_sent(*, now: datetime) -> int:
    """Replies and alerts as well: a crash leaves one of them, a restore everything of that hour."""
    due = Q(state=Sent.SENDING) | Q(state=Sent.QUEUED, not_before__lte=now)
    return OutboxMessage.objects.filter(due).update(state=Sent.UNKNOWN, reason=RESTORED, finished_at=now)


def posts_perhaps_published(*, now: datetime) -> int:
    """A person looks into the group and says whether it is there."""
    posts = list(Post.objects.select_for_update().filter(state__in=DUE, due_at__lte=now))
    reason = _("A backup was restored: it may have been published since.")
    for post in posts:
        post.reason, post.due_at = reason[:200], None
        done(post, Post.State.UNKNOWN, PostAct.Act.UNKNOWN, by=CURATOR, now=now, comment=reason)
    return len(posts)
