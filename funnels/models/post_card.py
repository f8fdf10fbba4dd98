from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models import Post
from partners.models import Partner


class PostCard(models.Model):
    """A post in its partner's chat with the bot: what was shown of it, and what the bot waits for from the partner."""

    class Asks(models.TextChoices):
        COMMENT = "comment", _("what to change")
        TEXT = "text", _("an own text")
        TIME = "time", _("a time")
        REASON = "reason", _("a reason")
        MARK = "mark", _("an advert mark")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, db_index=False, related_name="+", verbose_name=_("post"))
    shown = models.CharField(_("shown"), max_length=40, blank=True)  # funnels.services.post_cards.look_of
    offered = models.JSONField(_("pictures offered"), default=list, blank=True)  # numbers of the library
    asks = models.CharField(_("waits for"), max_length=8, choices=Asks, blank=True)
    revision = models.PositiveIntegerField(_("of the revision"), default=0)
    asked_at = models.DateTimeField(_("since"), null=True, blank=True)

    class Meta:
        verbose_name = _("card of a post")
        verbose_name_plural = _("cards of posts")
        constraints = [models.UniqueConstraint(fields=["post", "partner"], name="post_card_once")]
        indexes = [models.Index(fields=["partner"], name="post_card_asks", condition=~models.Q(asks=""))]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.shown}"
