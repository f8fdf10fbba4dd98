"""What a person decides about one revision of a post. Behind a door; `by` is the person's name.

Each is one transaction under the row's lock: the first decision wins, and is noted. All raise Post.DoesNotExist.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import MediaItem, Post, PostAct
from content.posts.checks import Finding
from content.services.posts import publishing
from content.services.posts.decision import Decision, changed, check, done, late, line, plain, refused, taken
from content.services.posts.drafts import next_number, wake

State, Act = Post.State, PostAct.Act

OPEN = (State.PENDING, State.FAILED)
CHANGEABLE = (State.PENDING, State.APPROVED, State.SCHEDULED, State.FAILED)
LONGEST = 4_096  # characters with tags
FURTHEST = timedelta(days=366)


def approve_and_publish(*, post_id: int, revision: int, by: str, now: datetime) -> Decision:
    return _release(post_id, revision, Act.APPROVED, at=now, by=by, now=now)


def schedule(*, post_id: int, revision: int, at: datetime, by: str, now: datetime) -> Decision:
    """What is scheduled already is moved by `reschedule`."""
    return _release(post_id, revision, Act.SCHEDULED, at=at, by=by, now=now)


@transaction.atomic
def reschedule(*, post_id: int, revision: int, was: datetime, at: datetime, by: str, now: datetime) -> Decision:
    """Moves a scheduled post from `was`: of two people who drag it, the second one hears that it is elsewhere."""
    post = taken(post_id, revision, (State.SCHEDULED,))
    if isinstance(post, Decision):
        return post
    if post.due_at != was:
        return late(post)
    if finding := _wrong_time(at, now):
        return refused(post, finding)
    post.due_at = at
    return done(post, State.SCHEDULED, Act.SCHEDULED, by=by, now=now, comment=_at(at))


@transaction.atomic
def withdraw(*, post_id: int, revision: int, by: str, now: datetime) -> Decision:
    """It waits for a decision again, if nobody has begun to publish it."""
    post = taken(post_id, revision, (State.APPROVED, State.SCHEDULED, State.FAILED))
    if isinstance(post, Decision):
        return post
    publishing.close(post, now)
    post.due_at, post.reason = None, ""
    return done(post, State.PENDING, Act.WITHDRAWN, by=by, now=now)


@transaction.atomic
def reject(*, post_id: int, revision: int, reason: str, by: str, now: datetime) -> Decision:
    """The reason goes into the next post of this type."""
    post = taken(post_id, revision, OPEN)
    if isinstance(post, Decision):
        return post
    publishing.close(post, now)
    post.due_at, post.reason = None, line(reason, 200)
    return done(post, State.REJECTED, Act.REJECTED, by=by, now=now, comment=reason)


@transaction.atomic
def edit(*, post_id: int, revision: int, text: str, by: str, now: datetime) -> Decision:
    """`text` is Telegram's HTML with slots for links; what is wrong with it is told by the findings of the post."""
    post = taken(post_id, revision, CHANGEABLE)
    if isinstance(post, Decision):
        return post
    text = plain(text)
    if not text or len(text) > LONGEST:
        sentence = _("A post has 1 to %(longest)s characters, tags included.") % {"longest": LONGEST}
        return refused(post, Finding("blocks", "size", sentence))
    publishing.close(post, now)
    post.text, post.provider = text, "person"
    return changed(post, Act.EDITED, by=by, now=now)


@transaction.atomic
def set_picture(*, post_id: int, revision: int, media_id: int | None, reason: str, by: str, now: datetime) -> Decision:
    """`reason`: why this one, for whoever decides. Raises MediaItem.DoesNotExist, also for what was taken out."""
    post = taken(post_id, revision, CHANGEABLE)
    if isinstance(post, Decision):
        return post
    publishing.close(post, now)
    own = MediaItem.objects.filter(retired_at=None, partner_id=post.partner_id)
    items = own | MediaItem.objects.filter(retired_at=None, partner=None)
    post.picture = items.get(pk=media_id) if media_id else None
    post.picture_reason = line(reason, 200)
    return changed(post, Act.PICTURED, by=by, now=now, comment=reason)


@transaction.atomic
def mark(*, post_id: int, revision: int, by: str, now: datetime, erid: str = "", advertiser: str = "") -> Decision:
    """An advert with its erid and advertiser; without both, `by` answers for the post being no advert."""
    post = taken(post_id, revision, CHANGEABLE)
    if isinstance(post, Decision):
        return post
    publishing.close(post, now)
    post.erid, post.advertiser = line(erid, 60), line(advertiser, 200)
    post.not_advert_by = "" if post.erid or post.advertiser else line(by, 120)
    return changed(post, Act.MARKED, by=by, now=now)


def rewrite(*, post_id: int, revision: int, comment: str, by: str, now: datetime) -> Decision:
    """The same post with the comment followed: a draft until a worker has written the next revision."""
    return _write_again(post_id, revision, comment=comment, by=by, now=now)


def regenerate(*, post_id: int, revision: int, by: str, now: datetime) -> Decision:
    """Another post of the type, with the next product or section."""
    return _write_again(post_id, revision, comment="", by=by, now=now)


@transaction.atomic
def confirm_published(*, post_id: int, revision: int, by: str, now: datetime) -> Decision:
    """A person has seen in the chat what nobody knew to have arrived."""
    post = taken(post_id, revision, (State.UNKNOWN,))
    return post if isinstance(post, Decision) else publishing.arrived(post, by=by, now=now)


@transaction.atomic
def publish_again(*, post_id: int, revision: int, by: str, now: datetime) -> Decision:
    """A person has looked: what nobody knew about did not arrive."""
    post = taken(post_id, revision, (State.UNKNOWN,))
    if isinstance(post, Decision):
        return post
    publishing.close(post, now)
    post.attempts += 1
    post.due_at, post.reason = now, ""
    return done(post, State.APPROVED, Act.APPROVED, by=by, now=now)


@transaction.atomic
def _release(post_id: int, revision: int, act: PostAct.Act, *, at: datetime, by: str, now: datetime) -> Decision:
    post = taken(post_id, revision, OPEN)
    if isinstance(post, Decision):
        return post
    check(post, now)
    post.save(update_fields=["findings"])
    blocking = [Finding(**row) for row in post.findings if row["level"] == "blocks"]
    if finding := _nowhere(post) or (_wrong_time(at, now) if act == Act.SCHEDULED else None):
        blocking.append(finding)
    if blocking:
        return refused(post, *blocking)
    post.due_at, post.reason = at, ""
    state = State.SCHEDULED if act == Act.SCHEDULED else State.APPROVED
    return done(post, state, act, by=by, now=now, comment=_at(at) if act == Act.SCHEDULED else "")


@transaction.atomic
def _write_again(post_id: int, revision: int, *, comment: str, by: str, now: datetime) -> Decision:
    post = taken(post_id, revision, CHANGEABLE)
    if isinstance(post, Decision):
        return post
    publishing.close(post, now)
    if not comment.strip():
        post.number = next_number(post.partner_id, post.kind)
    post.due_at, post.reason, post.attempts = None, "", 0
    transaction.on_commit(partial(wake, post.partner_id))
    return done(post, State.DRAFT, Act.REWRITTEN, by=by, now=now, comment=comment)


def _nowhere(post: Post) -> Finding | None:
    if post.partner.group_id:
        return None
    return Finding("blocks", "no_group", _("There is no group to publish in: connect the partner's group first."))


def _wrong_time(at: datetime, now: datetime) -> Finding | None:
    if at <= now:
        return Finding("blocks", "past", _("This time is over: choose a later one."))
    if at > now + FURTHEST:
        return Finding("blocks", "too_far", _("A post can be scheduled for a year ahead at most."))
    return None


def _at(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
