from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from partners.models import Partner


def owned_by(owner: int | None) -> models.Q:
    """Rows of a partner, or of the whole network (None)."""
    return models.Q(partner=None) if owner is None else models.Q(partner=owner)


class DocumentQuerySet(models.QuerySet["Document"]):
    def live(self, today: date) -> DocumentQuerySet:
        """Those that may be quoted."""
        fresh = models.Q(expires_on=None) | models.Q(expires_on__gt=today)
        return self.filter(fresh, retired_at=None)


class Document(models.Model):
    """What the curator may answer from: the whole network's, or one partner's own."""

    partner = models.ForeignKey(
        Partner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("only for the partner"),
        help_text=_("Empty: for the whole network."),
    )
    collection = models.CharField(_("folder"), max_length=80, blank=True)  # empty: written in the admin
    path = models.CharField(_("file"), max_length=200)
    title = models.CharField(_("title"), max_length=200)
    category = models.CharField(_("category"), max_length=40, blank=True)
    text = models.TextField(_("text (Markdown)"), max_length=2_000_000)
    torn = models.BooleanField(_("from a PDF: spaces are put right"), default=False)
    digest = models.CharField(_("digest"), max_length=64)  # of everything that a file says
    created_on = models.DateField(_("written"), null=True, blank=True)
    updated_on = models.DateField(_("updated"), null=True, blank=True)
    as_of = models.DateField(_("facts as of"), null=True, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True, help_text=_("From this day on it is not used."))
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    findings = models.JSONField(_("findings"), default=list, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("knowledge base")
        ordering = ("category", "title")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "collection", "path"], name="document_path", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["id", "partner"], name="document_id_partner"),
        ]
        indexes = [models.Index(fields=["partner", "changed_at"], name="document_changed")]

    def __str__(self) -> str:
        return self.title


class Chunk(models.Model):
    """A piece of a document; `readable` is what is searched and shown, `text` what was written."""

    # No index of its own: the one on the position begins with the document.
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="chunks", db_index=False, verbose_name=_("document")
    )
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, verbose_name=_("partner"))
    position = models.PositiveIntegerField(_("position"))
    headings = models.JSONField(_("headings"), default=list)
    text = models.TextField(_("text"))
    readable = models.TextField(_("text with its spaces put right"))
    # The model's name and no vector: the model refused the text.
    embedding = VectorField(_("vector"), dimensions=256, null=True, editable=False)
    embedding_model = models.CharField(_("model of the vector"), max_length=80, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ("document", "position")
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="chunk_position")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.position}"
