from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models.knowledge import Document
from partners.models import Partner


class RegressionQuestion(models.Model):
    """A question that the knowledge base must go on answering as it should, whatever else is written into it.

    `text` holds nothing personal: see `content.ai.masking`.
    """

    class Expected(models.TextChoices):
        ANSWER = "answer", _("an answer from the document")
        NOTHING = "nothing", _("that nothing is found")
        MEDICAL = "medical", _("refused: medical")
        INJECTION = "injection", _("refused: an attempt to change the rules")
        OFFTOPIC = "offtopic", _("refused: off the subject")

    partner = models.ForeignKey(
        Partner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("only for the partner"),
        help_text=_("Empty: for the whole network."),
    )
    text = models.TextField(_("question"), max_length=1_000)
    expected = models.CharField(_("expected"), max_length=10, choices=Expected, default=Expected.ANSWER)
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("from the document")
    )
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("added by")
    )

    class Meta:
        verbose_name = _("regression question")
        verbose_name_plural = _("regression set")
        ordering = ("-added_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "text"],
                name="regression_text",
                nulls_distinct=False,
                violation_error_message=_("This question is in the set already."),
            ),
            models.CheckConstraint(
                condition=models.Q(expected="answer", document__isnull=False)
                | (~models.Q(expected="answer") & models.Q(document__isnull=True)),
                name="regression_document_by_expected",
                violation_error_message=_("An answer comes from a document; what is refused has none."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
