from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.link import Link
from partners.models.partner import Partner


class Lead(models.Model):
    """A person who opened a partner's bot. The same person in two bots is two leads that never meet."""

    class Status(models.TextChoices):
        NEW = "new", _("new")
        WARMING = "warming", _("warming")
        HOT = "hot", _("hot")
        CONTACTED = "contacted", _("contacted")
        ORDERED = "ordered", _("ordered")
        PARTNER = "partner", _("became a partner")
        NOT_INTERESTED = "not_interested", _("not interested")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    class Intent(models.TextChoices):
        CLIENT = "client", _("health")
        BUSINESS = "business", _("business")
        CURIOUS = "curious", _("curious")

    # Its unique constraint with the Telegram id begins with the partner.
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    telegram_id = models.BigIntegerField(_("Telegram id"))
    first_name = models.CharField(_("first name"), max_length=64, blank=True)
    last_name = models.CharField(_("last name"), max_length=64, blank=True)
    username = models.CharField(_("username"), max_length=64, blank=True)
    language_code = models.CharField(_("language"), max_length=16, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.NEW)
    intent = models.CharField(_("intent"), max_length=10, choices=Intent, blank=True)
    pain = models.CharField(_("interest"), max_length=24, blank=True)
    detail = models.CharField(_("refinement"), max_length=24, blank=True)
    goal = models.CharField(_("income goal"), max_length=24, blank=True)

    # Topics of promotional messages; whether any may be sent at all says the consent to offers.
    wants_tips = models.BooleanField(_("wants tips"), default=True, db_default=True)
    wants_offers = models.BooleanField(_("wants offers"), default=True, db_default=True)
    wants_business = models.BooleanField(_("wants business news"), default=True, db_default=True)
    wants_posts = models.BooleanField(_("wants new posts"), default=False, db_default=False)
    offers_asked_at = models.DateTimeField(_("asked about offers"), null=True, blank=True)

    # A copy of what `funnels.scoring` says of the events, for lists and segments; `score_due_at`: it may have changed.
    score = models.PositiveSmallIntegerField(_("score"), default=0, db_default=0)
    customer_score = models.PositiveSmallIntegerField(_("score as a customer"), default=0, db_default=0)
    business_score = models.PositiveSmallIntegerField(_("score as a partner"), default=0, db_default=0)
    score_due_at = models.DateTimeField(_("score changes at"), null=True, blank=True)
    taken_at = models.DateTimeField(_("a person took over"), null=True, blank=True)

    first_link = models.ForeignKey(
        Link, on_delete=models.SET_NULL, null=True, blank=True, related_name="first_leads", verbose_name=_("first link")
    )
    last_link = models.ForeignKey(
        Link, on_delete=models.SET_NULL, null=True, blank=True, related_name="last_leads", verbose_name=_("last link")
    )
    created_at = models.DateTimeField(_("came"))
    last_seen_at = models.DateTimeField(_("last seen"))
    last_promo_at = models.DateTimeField(_("last promotional message"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("asked for silence until"), null=True, blank=True)
    blocked_at = models.DateTimeField(_("blocked the bot"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["partner", "telegram_id"], name="lead_partner_telegram"),
            models.UniqueConstraint(fields=["id", "partner"], name="lead_id_partner"),
        ]
        indexes = [
            models.Index(fields=["partner", "status"], name="lead_status"),  # counted without reading the rows
            models.Index(fields=["partner", "created_at"], name="lead_created"),
            models.Index(fields=["partner", "phone"], name="lead_phone", condition=~models.Q(phone="")),
            models.Index(
                fields=["score_due_at"], name="lead_score_due", condition=models.Q(score_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or f"id {self.telegram_id}"
