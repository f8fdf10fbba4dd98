from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models import Document
from partners.models import Lead, Partner


class Question(models.Model):
    """What a person asked the curator, and what it answered. Texts are personal: erased with the lead's data.

    waiting → thinking → answered | unanswered | refused | dropped; thinking → waiting when a process died over it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        THINKING = "thinking", _("being answered")
        ANSWERED = "answered", _("answered")
        UNANSWERED = "unanswered", _("no answer found")
        REFUSED = "refused", _("not to be answered")  # `reason` says why: medical, injection, offtopic, …
        DROPPED = "dropped", _("not answered any more")  # the person has left, say

    class Outcome(models.TextChoices):
        """What became of a question without an answer: due → one of the next five, or put aside by somebody."""

        DUE = "due", _("its answer is on the way")
        SENT = "sent", _("answered later")
        BLOCKED = "blocked", _("not told the answer: has blocked the bot")
        TAKEN = "taken", _("not told the answer: a person has the dialogue")
        ERASED = "erased", _("not told the answer: was erased")
        NO_BOT = "no_bot", _("not told the answer: the partner has no bot")
        ASIDE = "aside", _("put aside")
        IN_PERSON = "in_person", _("answered in person")
        NEEDLESS = "needless", _("needs no answer")

    OPEN = (State.WAITING, State.THINKING)

    # The indexes below begin with these.
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    lead = models.ForeignKey(  # nobody: it was asked in the partner's group
        Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="questions", verbose_name=_("lead"),
        db_index=False,
    )  # fmt: skip
    asker_id = models.BigIntegerField(_("Telegram id"))
    chat_id = models.BigIntegerField(_("chat"))
    thread_id = models.BigIntegerField(_("topic"), default=0)
    message_id = models.BigIntegerField(_("message id"), default=0)
    text = models.TextField(_("question"), max_length=4_096)
    asked_at = models.DateTimeField(_("asked"))

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=24, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("begun"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    answer = models.JSONField(_("answer"), default=list, blank=True)  # the HTML of each message
    sources = models.JSONField(_("sources"), default=list, blank=True)  # {"document", "title", "as_of"}, best first
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    falls = models.JSONField(_("why others did not answer"), default=list, blank=True)  # "yandex: slow"
    tokens = models.PositiveIntegerField(_("tokens"), default=0)
    roubles = models.DecimalField(_("roubles"), max_digits=12, decimal_places=4, default=0)

    thumb = models.SmallIntegerField(_("thumb"), null=True, blank=True)  # 1 or -1
    thumbed_at = models.DateTimeField(_("thumb given"), null=True, blank=True)
    # What became of a question without an answer: `document` was written for it, or it was put aside.
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, verbose_name=_("document")
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("-asked_at", "-id")
        constraints = [models.UniqueConstraint(fields=["id", "partner"], name="question_id_partner")]
        indexes = [
            models.Index(
                fields=["partner", "chat_id", "id"],
                name="question_open",
                condition=models.Q(state__in=["waiting", "thinking"]),
            ),
            models.Index(
                fields=["partner", "asked_at"],
                name="question_unsettled",
                condition=models.Q(state="unanswered", settled_at=None),
            ),
            models.Index(fields=["partner"], name="question_due", condition=models.Q(outcome="due")),
            models.Index(fields=["lead", "asked_at"], name="question_lead"),
            models.Index(fields=["partner", "asker_id", "asked_at"], name="question_asker"),
            models.Index(fields=["partner", "asked_at"], name="question_partner"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
