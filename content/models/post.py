from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from content.models.media import MediaItem
from partners.models import Partner


class PostKind(models.TextChoices):
    PRODUCT = "product", _("product")
    MOTIVATION = "motivation", _("motivation")
    NEWS = "news", _("news")
    TIPS = "tips", _("tip")
    SUCCESS_STORY = "success_story", _("success story")
    PROMO = "promo", _("promotion")
    MYTH_BUSTING = "myth_busting", _("myth")
    FAQ = "faq", _("frequent question")
    BUSINESS = "business", _("business")


class Post(models.Model):
    """A post for a partner's group or channel. What a person decides is about one `revision` of it.

    draft → pending → approved | scheduled → publishing → published | failed | unknown; pending → rejected;
    what is approved, scheduled or failed may go back to pending with a new revision. Nothing else changes a state.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        PENDING = "pending", _("waits for a decision")
        APPROVED = "approved", _("approved")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHING = "publishing", _("being published")
        PUBLISHED = "published", _("published")
        REJECTED = "rejected", _("rejected")
        FAILED = "failed", _("not published")
        UNKNOWN = "unknown", _("perhaps published")

    # The indexes below begin with it.
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    kind = models.CharField(_("type"), max_length=16, choices=PostKind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # why it was rejected or not published

    revision = models.PositiveIntegerField(_("revision"), default=1)
    text = models.TextField(_("text"), max_length=4_096, blank=True)  # Telegram's HTML, links as slots: {shop_link}
    voice = models.CharField(_("voice"), max_length=24, blank=True)
    product = models.CharField(_("product"), max_length=24, blank=True)  # its key in the catalogue
    sources = models.JSONField(_("sources"), default=list, blank=True)  # titles of documents
    findings = models.JSONField(_("findings"), default=list, blank=True)  # of this revision
    picture = models.ForeignKey(
        MediaItem, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, verbose_name=_("picture")
    )
    picture_reason = models.CharField(_("why this picture"), max_length=200, blank=True)

    # The advert mark: either erid and advertiser, or the name of whoever says that it is no advert.
    erid = models.CharField("erid", max_length=60, blank=True)
    advertiser = models.CharField(_("advertiser"), max_length=200, blank=True)
    not_advert_by = models.CharField(_("no advert, says"), max_length=120, blank=True)

    idea = models.ForeignKey(
        "Idea", on_delete=models.SET_NULL, null=True, blank=True, related_name="posts", verbose_name=_("idea")
    )
    number = models.PositiveIntegerField(_("number"), default=0)  # of the partner's posts of this type
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)  # to write a draft, or to publish a revision
    provider = models.CharField(_("written by"), max_length=20, blank=True)  # a provider, «compose» or «person»
    roubles = models.DecimalField(_("roubles"), max_digits=12, decimal_places=4, default=0)

    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    due_at = models.DateTimeField(_("to be published"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    chat_id = models.BigIntegerField(_("chat"), null=True, blank=True)
    thread_id = models.BigIntegerField(_("topic"), null=True, blank=True)
    message_id = models.BigIntegerField(_("message id"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("-created_at", "-id")
        constraints = [models.UniqueConstraint(fields=["id", "partner"], name="post_id_partner")]
        indexes = [
            models.Index(fields=["partner", "state", "due_at"], name="post_partner_state"),
            models.Index(fields=["partner", "created_at"], name="post_partner_created"),
            models.Index(
                fields=["due_at"], name="post_due", condition=models.Q(state__in=["approved", "scheduled", "failed"])
            ),
            # Where a worker has something to do or to look at.
            models.Index(fields=["state"], name="post_working", condition=models.Q(state__in=["draft", "publishing"])),
            models.Index(fields=["partner", "chat_id", "message_id"], name="post_message"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class PostAct(models.Model):
    """Who did what to a post. Append-only."""

    CURATOR = "curator"  # who acts when nobody does

    class Act(models.TextChoices):
        ORDERED = "ordered", _("asked for it")
        WRITTEN = "written", _("wrote it")
        EDITED = "edited", _("changed the text")
        REWRITTEN = "rewritten", _("had it rewritten")
        PICTURED = "pictured", _("changed the picture")
        MARKED = "marked", _("set the advert mark")
        APPROVED = "approved", _("approved")
        SCHEDULED = "scheduled", _("scheduled")
        WITHDRAWN = "withdrawn", _("took back")
        REJECTED = "rejected", _("rejected")
        PUBLISHING = "publishing", _("began to publish")
        PUBLISHED = "published", _("published")
        FAILED = "failed", _("could not publish")
        UNKNOWN = "unknown", _("got no answer")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="acts", verbose_name=_("post"))
    revision = models.PositiveIntegerField(_("revision"))
    act = models.CharField(_("what"), max_length=10, choices=Act)
    by = models.CharField(_("who"), max_length=120)  # a person's name, or CURATOR
    comment = models.TextField(_("comment"), max_length=1_000, blank=True)
    text = models.TextField(_("text"), max_length=4_096, blank=True)  # that the revision begins with
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("act on a post")
        verbose_name_plural = _("acts on posts")
        ordering = ("at", "id")
        indexes = [
            models.Index(fields=["at"], name="post_act_trouble", condition=models.Q(act__in=["failed", "unknown"])),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.post_id}.{self.revision}"

    @property
    def who(self) -> str:
        """`by` for people to read."""
        return gettext("Curator") if self.by == self.CURATOR else self.by


class PostPlan(models.Model):
    """When posts of a type are written for a partner: a crontab in the partner's zone."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    kind = models.CharField(_("type"), max_length=16, choices=PostKind)
    crontab = models.CharField(_("crontab"), max_length=60, help_text=_("minute hour day month weekday"))
    enabled = models.BooleanField(_("on"), default=True)
    next_at = models.DateTimeField(_("next"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    reason = models.CharField(_("last failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("plan of posts")
        verbose_name_plural = _("plans of posts")
        ordering = ("partner", "kind", "id")
        constraints = [models.UniqueConstraint(fields=["partner", "kind", "crontab"], name="post_plan_once")]
        indexes = [models.Index(fields=["next_at"], name="post_plan_due", condition=models.Q(enabled=True))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.crontab}"


class Story(models.Model):
    """What somebody lived, as an operator wrote it down, and who allowed to tell it: no other story is told."""

    partner = models.ForeignKey(
        Partner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for the partner"),
    )
    text = models.TextField(_("story"), max_length=2_000)
    consent = models.CharField(_("consent: who, when, how"), max_length=300)
    added_at = models.DateTimeField(_("added"))
    retired_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        ordering = ("-added_at", "-id")

    def __str__(self) -> str:
        return self.text[:60]


class Offer(models.Model):
    """A promotion that the company runs, until its real last day."""

    partner = models.ForeignKey(
        Partner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for the partner"),
    )
    title = models.CharField(_("title"), max_length=120)
    terms = models.TextField(_("terms"), max_length=1_000)
    until = models.DateField(_("last day"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ("until", "id")

    def __str__(self) -> str:
        return self.title


class Idea(models.Model):
    """What people of some channel liked once, as a topic to write about: never its text."""

    partner = models.ForeignKey(
        Partner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for the partner"),
    )
    source = models.CharField(_("channel"), max_length=120)
    message_id = models.BigIntegerField(_("message id"))
    topic = models.CharField(_("topic"), max_length=200)
    kind = models.CharField(_("type"), max_length=16, choices=PostKind, blank=True)
    popularity = models.PositiveIntegerField(_("popularity"), default=0)
    written_on = models.DateField(_("written"))

    class Meta:
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        ordering = ("-popularity", "-written_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["partner", "source", "message_id"], name="idea_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.topic
