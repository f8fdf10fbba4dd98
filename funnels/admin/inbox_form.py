"""The form in which an operator answers what many have asked."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from content.admin.documents import WHAT_TO_DO
from content.ai.answer_html import to_messages
from content.ai.masking import mask
from content.knowledge.findings import Finding, findings
from content.knowledge.reading import Source
from funnels.services.answering.inbox import is_taken
from partners import clock
from partners.models import Partner

LONGEST = 20_000


class DayWidget(UnfoldAdminTextInputWidget):
    input_type = "date"


class AnswerForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What it is about, in the words in which people ask: the search reads it."),
    )
    text = forms.CharField(
        label=_("Answer (Markdown)"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text=_("Links are {shop_link} and {registration_link}: everybody gets those of their own partner."),
    )
    category = forms.CharField(label=_("Category"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget)
    whose = forms.ChoiceField(label=_("Who answers so from now on"), widget=UnfoldAdminSelectWidget)
    as_of = forms.DateField(label=_("Facts as of"), required=False, widget=DayWidget)
    expires_on = forms.DateField(
        label=_("Expires"),
        required=False,
        widget=DayWidget,
        help_text=_("From this day on it is not used."),
    )

    def __init__(self, *args: Any, partner: Partner | None, **kwargs: Any) -> None:
        """`partner`: the one whose people have asked; None if there are several."""
        super().__init__(*args, **kwargs)
        whose: Any = self.fields["whose"]
        own = [(str(partner.pk), _("only %(partner)s") % {"partner": partner})] if partner else []
        whose.choices = [("", _("the whole network")), *own]
        whose.required = False
        self.found: list[Finding] = []

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        text, expires = values.get("text", ""), values.get("expires_on")
        self.found = findings(text)
        for finding in findings(values.get("title", "")):
            self.add_error("title", WHAT_TO_DO[finding.fault])
        if text and not to_messages(text, {}):
            self.add_error("text", _("Nothing of this text can be shown in Telegram: write words."))
        if expires and expires <= clock.now().date():
            self.add_error("expires_on", _("This day is over: nobody would get the answer again."))
        if values.get("title") and is_taken(title=values["title"], partner_id=self.partner_id):
            self.add_error("title", _("There is a document with this title: choose another title."))
        return values

    @property
    def partner_id(self) -> int | None:
        return int(whose) if (whose := self.cleaned_data.get("whose")) else None

    @property
    def source(self) -> Source:
        values = self.cleaned_data
        return Source(
            title=" ".join(values["title"].split()),
            category=values["category"],
            text=values["text"].replace("\r\n", "\n").strip(),
            created=clock.now().date(),
            updated=clock.now().date(),
            as_of=values["as_of"],
            expires=values["expires_on"],
        )

    def print_of(self, ids: list[int]) -> str:
        """Changes with everything that was looked at before the confirmation."""
        seen = [self.cleaned_data.get(name) for name in ("title", "text", "category", "whose", "as_of", "expires_on")]
        return hashlib.sha256(repr((seen, sorted(ids))).encode()).hexdigest()


def title_from(question: str) -> str:
    """Without names and phones."""
    return " ".join(mask(question).split()).rstrip(" ?!.")[:120]
