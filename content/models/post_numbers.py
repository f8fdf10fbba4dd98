from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.ai.troubles import sentence_of
from content.models.media import MediaItem
from content.models.post import Post
from partners.models import Partner


class PictureOrder(models.Model):
    """A picture that a model draws for a revision of a post: ordered, looked at until it is done, for an hour.

    waiting → ordered → done | failed. `due_at`: when it is ordered, or looked at again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to be ordered")
        ORDERED = "ordered", _("being drawn")
        DONE = "done", _("drawn")
        FAILED = "failed", _("not drawn")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="orders", verbose_name=_("post"))
    prompt = models.CharField(_("what to draw"), max_length=500)
    seed = models.BigIntegerField(_("seed"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=20, blank=True)  # a Trouble
    operation = models.CharField(_("operation"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("next look"), null=True, blank=True)
    picture = models.ForeignKey(
        MediaItem, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, verbose_name=_("picture")
    )

    class Meta:
        verbose_name = _("ordered picture")
        verbose_name_plural = _("ordered pictures")
        ordering = ("-asked_at", "-id")
        indexes = [
            models.Index(fields=["due_at"], name="picture_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.pk}"

    @property
    def sentence(self) -> str:
        """Why it failed, for the partner and the operator."""
        return sentence_of(self.reason) if self.reason else ""


class PostReaction(models.Model):
    """What one member of a group shows under a post at this moment; channels only tell counts, as `person` 0."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reactions", verbose_name=_("post"))
    person = models.BigIntegerField(_("Telegram id"))
    emoji = models.JSONField(_("reactions"), default=dict)  # {"👍": 1}
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="post_reaction_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.emoji}"


class PostEvent(models.Model):
    """Somebody followed a link of a post, or answered under it. Append-only; who it was is not kept."""

    class Kind(models.TextChoices):
        CLICK = "click", _("followed a link")
        COMMENT = "comment", _("answered")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, db_index=False, verbose_name=_("post"))
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    slot = models.CharField(_("link"), max_length=40, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("event of a post")
        verbose_name_plural = _("events of posts")
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["post", "kind", "at"], name="post_event")]

    def __str__(self) -> str:
        return f"{self.kind} {self.post_id}"


class PostNumbers(models.Model):
    """How a post did until a moment: for growth. The newest one is what lists show."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, db_index=False, verbose_name=_("post"))
    at = models.DateTimeField(_("when"))
    reactions = models.PositiveIntegerField(_("reactions"), default=0)
    by_emoji = models.JSONField(_("by emoji"), default=dict)
    clicks = models.PositiveIntegerField(_("clicks"), default=0)
    comments = models.PositiveIntegerField(_("comments"), default=0)

    class Meta:
        verbose_name = _("numbers of a post")
        verbose_name_plural = _("numbers of posts")
        ordering = ("-at", "-id")
        constraints = [models.UniqueConstraint(fields=["post", "at"], name="post_numbers_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.at:%d.%m.%Y}"
