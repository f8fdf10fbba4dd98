"""A decision about one revision of a post: the first one wins, and the history says whose it was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from content.models import Post, PostAct
from content.posts.checks import Finding
from content.queries.post_checks import findings_of
from content.services.posts.totals import recount

State, Act = Post.State, PostAct.Act

CURATOR = PostAct.CURATOR
DECISIONS = (
    Act.APPROVED, Act.SCHEDULED, Act.REJECTED, Act.REWRITTEN, Act.WITHDRAWN, Act.PUBLISHING, Act.PUBLISHED,
    Act.FAILED, Act.UNKNOWN,
)  # fmt: skip
OF_NAME, OF_COMMENT = 120, 1_000


class Outcome(StrEnum):
    """`STALE`: the post has another revision by now. `LATE`: somebody was faster. `REFUSED`: findings block it."""

    DONE = "done"
    STALE = "stale"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """`post` is the row as it is now, `act` the decision that was faster, `findings` what blocks this one."""

    outcome: Outcome
    post: Post
    act: PostAct | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def done(self) -> bool:
        return self.outcome is Outcome.DONE


def taken(post_id: int, revision: int, states: Collection[Post.State]) -> Post | Decision:
    """The row, locked, if this revision still waits for such a decision. Raises Post.DoesNotExist."""
    post = Post.objects.select_for_update(of=("self",)).select_related("partner").get(pk=post_id)
    if post.revision != revision:
        return Decision(Outcome.STALE, post)
    if post.state not in states:
        return late(post)
    return post


def late(post: Post) -> Decision:
    return Decision(Outcome.LATE, post, act=post.acts.filter(act__in=DECISIONS).last())


def refused(post: Post, *findings: Finding) -> Decision:
    return Decision(Outcome.REFUSED, post, findings=findings)


def done(post: Post, state: Post.State, act: PostAct.Act, *, by: str, now: datetime, comment: str = "") -> Decision:
    post.state, post.changed_at = state, now
    post.save()
    if state == State.PUBLISHED:
        recount([post.pk])
    note(post, act, by=by, now=now, comment=comment)
    return Decision(Outcome.DONE, post)


def changed(post: Post, act: PostAct.Act, *, by: str, now: datetime, comment: str = "") -> Decision:
    """A new revision, which nobody has decided about."""
    post.revision += 1
    post.state, post.reason, post.attempts = State.PENDING, "", 0
    post.due_at = post.chat_id = post.thread_id = post.message_id = None
    post.changed_at = now
    check(post, now)
    post.save()
    note(post, act, by=by, now=now, comment=comment, text=post.text)
    return Decision(Outcome.DONE, post)


def check(post: Post, now: datetime, *also: Finding) -> None:
    post.findings = [asdict(finding) for finding in (*also, *findings_of(post, now))]


def note(post: Post, act: PostAct.Act, *, by: str, now: datetime, comment: str = "", text: str = "") -> None:
    PostAct.objects.create(
        partner_id=post.partner_id,
        post=post,
        revision=post.revision,
        act=act,
        by=line(by, OF_NAME),
        comment=plain(comment)[:OF_COMMENT],
        text=text,
        at=now,
    )


def plain(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\0", "").strip()


def line(text: str, longest: int) -> str:
    return " ".join(plain(text).split())[:longest]
