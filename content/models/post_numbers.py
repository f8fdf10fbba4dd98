from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models.post import Post, PostKind
from partners.models import Partner


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


class PostTotal(models.Model):
    """How a published post does, counted from the rows above whenever one of them changes; no list counts them anew."""

    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, primary_key=True, related_name="total", verbose_name=_("post")
    )
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    kind = models.CharField(_("type"), max_length=16, choices=PostKind)
    published_at = models.DateTimeField(_("published at"))
    day = models.DateField(_("day"))  # when it was published, in the partner's zone
    reactions = models.PositiveIntegerField(_("reactions"), default=0)
    by_emoji = models.JSONField(_("by emoji"), default=dict)
    clicks = models.PositiveIntegerField(_("clicks"), default=0)
    comments = models.PositiveIntegerField(_("comments"), default=0)

    class Meta:
        verbose_name = _("total of a post")
        verbose_name_plural = _("totals of posts")
        ordering = ("-published_at", "-post_id")
        indexes = [
            models.Index(
                fields=["partner", "day"],
                name="post_total_partner",
                include=["kind", "reactions", "clicks", "comments"],
            ),
            models.Index(
                fields=["day"], name="post_total_day", include=["partner", "kind", "reactions", "clicks", "comments"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.day:%d.%m.%Y}"


class PostNumbers(models.Model):
    """How a post did until a moment: for growth."""

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
