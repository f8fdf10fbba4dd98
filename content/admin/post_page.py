"""The page of one post: the preview, what is wrong with it, every decision of the desk, the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from content.admin.post_forms import (
    CommentForm,
    DecisionForm,
    DrawForm,
    MarkForm,
    MomentForm,
    PictureForm,
    ReasonForm,
    TextForm,
)
from content.admin.post_look import Look, address, places, steps
from content.models import MediaItem, Post
from content.posts.kinds import shipped
from content.services.posts import desk, ordering
from content.services.posts.decision import Decision, Outcome
from partners import clock
from partners.admin.base import PanelAdmin
from partners.admin.people import name_of

State = Post.State
CHANGE = "admin:content_post_change"

_WORK = ("edit", "rewrite", "again", "picture", "mark")
WORDS: Mapping[str, tuple[str, ...]] = {
    State.PENDING: ("publish", "schedule", "reject", "draw", *_WORK),
    State.FAILED: ("publish", "schedule", "withdraw", "reject", *_WORK),
    State.APPROVED: ("withdraw", *_WORK),
    State.SCHEDULED: ("move", "withdraw", *_WORK),
    State.UNKNOWN: ("there", "missing"),
}
FORMS: Mapping[str, type[DecisionForm]] = {
    "publish": DecisionForm,
    "schedule": MomentForm,
    "move": MomentForm,
    "withdraw": DecisionForm,
    "reject": ReasonForm,
    "edit": TextForm,
    "rewrite": CommentForm,
    "again": DecisionForm,
    "picture": PictureForm,
    "draw": DrawForm,
    "mark": MarkForm,
    "there": DecisionForm,
    "missing": DecisionForm,
}
DONE = {
    "publish": gettext_lazy("It goes out within a minute."),
    "schedule": gettext_lazy("It is scheduled."),
    "move": gettext_lazy("It is scheduled for the new time."),
    "withdraw": gettext_lazy("It was taken back and waits for a decision."),
    "reject": gettext_lazy("It was rejected; the reason goes into the next post of this type."),
    "edit": gettext_lazy("The new text waits for a decision."),
    "rewrite": gettext_lazy("It is being rewritten: look again in a minute."),
    "again": gettext_lazy("Another post of this type is being written: look again in a minute."),
    "picture": gettext_lazy("The post with its new picture waits for a decision."),
    "draw": gettext_lazy("It is being drawn: that takes a few minutes."),
    "mark": gettext_lazy("The mark was set; the post waits for a decision."),
    "there": gettext_lazy("It counts as published."),
    "missing": gettext_lazy("It is published once more."),
}


class PostPage(PanelAdmin):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        post: Post | None = self.get_object(request, object_id)
        if post is None or not self.has_view_permission(request, post):
            raise Http404
        if request.method == "POST":
            if not self.has_change_permission(request, post):
                raise PermissionDenied
            return self._decide(request, post)
        return self._show(request, post)

    def _decide(self, request: HttpRequest, post: Post) -> HttpResponse:
        word = request.POST.get("do", "")
        if word not in FORMS or (word == "draw" and not ordering.can_draw(post.partner_id)):
            return redirect(CHANGE, post.pk)
        form = FORMS[word](post, request.POST, auto_id=f"{word}_%s")
        if not form.is_valid():
            return self._show(request, post, word, form)
        try:
            decision = decide(word, form, by=name_of(request), now=clock.now())
        except MediaItem.DoesNotExist:
            messages.error(request, _("This picture was taken out of the library: choose another one."))
            return redirect(CHANGE, post.pk)
        if decision.done:
            messages.success(request, str(DONE[word]))
            return redirect(CHANGE, post.pk)
        for sentence in sentences(decision):
            messages.warning(request, sentence)
        post = self.get_queryset(request).get(pk=post.pk)
        typed = request.POST.copy()
        typed["revision"] = str(post.revision)  # which the person now sees beside what was typed
        if word == "move" and post.due_at:
            typed["was"] = post.due_at.isoformat()
        return self._show(request, post, word, FORMS[word](post, typed, auto_id=f"{word}_%s"))

    def _show(self, request: HttpRequest, post: Post, word: str = "", sent: DecisionForm | None = None) -> HttpResponse:
        may_change = self.has_change_permission(request, post)
        words = words_for(post) if may_change else ()
        forms = {name: FORMS[name](post, auto_id=f"{name}_%s") for name in words}
        if sent is not None and word in forms:
            forms[word] = sent
        context = {
            **self.admin_site.each_context(request),
            "title": _("Post"),
            "opts": self.opts,
            "original": post,
            "post": post,
            "kind": shipped().types[post.kind],
            "look": Look.of(post),
            "places": places(post),
            "blocks": any(row["level"] == "blocks" for row in post.findings),
            "steps": steps(post),
            "address": address(post),
            "forms": forms,
            "opened": word,
            # The post has moved on, and there is no form any more that would hold it.
            "unsent": sent.typed if sent is not None and word not in forms else "",
            "orders": post.orders.all()[:3],
        }
        return TemplateResponse(request, "admin/content/post.html", context)


def words_for(post: Post) -> tuple[str, ...]:
    """What can be decided about it."""
    words = WORDS.get(post.state, ())
    if "draw" in words and not ordering.can_draw(post.partner_id):
        return tuple(word for word in words if word != "draw")
    return words


def decide(word: str, form: DecisionForm, *, by: str, now: datetime) -> Decision:
    """Raises MediaItem.DoesNotExist."""
    values = form.cleaned_data
    known: dict[str, Any] = {"post_id": form.post.pk, "revision": values["revision"], "by": by, "now": now}
    match form:
        case MomentForm() if word == "move":
            return desk.reschedule(was=values["was"] or now, at=form.moment, **known)
        case MomentForm():
            return desk.schedule(at=form.moment, **known)
        case ReasonForm():
            return desk.reject(reason=values["reason"], **known)
        case TextForm():
            return desk.edit(text=values["text"], **known)
        case CommentForm():
            return desk.rewrite(comment=values["comment"], **known)
        case PictureForm():
            return desk.set_picture(media_id=form.media_id, reason=_("chosen by %(name)s") % {"name": by}, **known)
        case DrawForm():
            return ordering.redraw(post_id=form.post.pk, revision=values["revision"], wish=values["wish"], now=now)
        case MarkForm() if values["advert"] == "advert":
            return desk.mark(erid=values["erid"], advertiser=values["advertiser"], **known)
        case MarkForm():
            return desk.mark(**known)
    plain = {
        "publish": desk.approve_and_publish,
        "withdraw": desk.withdraw,
        "again": desk.regenerate,
        "there": desk.confirm_published,
        "missing": desk.publish_again,
    }
    return plain[word](**known)


def sentences(decision: Decision) -> list[str]:
    """Why it was not done."""
    match decision.outcome:
        case Outcome.STALE:
            sentence = _(
                "Somebody has changed the post meanwhile: it is revision %(number)s now. Look at it, then decide; "
                "what you typed is still here."
            )
            return [sentence % {"number": decision.post.revision}]
        case Outcome.LATE if decision.act:
            sentence = _("Somebody was faster: %(who)s %(what)s on %(when)s.")
            when = timezone.localtime(decision.act.at, zone_of(decision.post))
            what = decision.act.get_act_display()
            return [sentence % {"who": decision.act.who, "what": what, "when": f"{when:%d.%m, %H:%M}"}]
        case Outcome.LATE:
            sentence = _("The post is in another state by now: %(state)s.")
            return [sentence % {"state": decision.post.get_state_display()}]
    return [finding.sentence for finding in decision.findings]


def zone_of(post: Post) -> ZoneInfo:
    return ZoneInfo(post.partner.time_zone)
