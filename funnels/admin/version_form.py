from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from funnels.models import FunnelVersion

LONGEST = 300_000  # more than a file may have: the check says so, and nothing that was typed is cut


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    key = forms.RegexField(r"^[a-z][a-z0-9_]{0,23}$", label=_("key"), initial="main", widget=UnfoldAdminTextInputWidget)
    text = forms.CharField(
        label=_("text (YAML)"),
        max_length=LONGEST,
        strip=False,
        widget=UnfoldAdminTextareaWidget(
            attrs={
                "class": "funnel-text",
                "spellcheck": "false",
                "wrap": "off",
                "rows": 30,
                "data-editor": "",
            }
        ),
    )

    class Meta:
        model = FunnelVersion
        fields = ("kind", "key", "partner", "note", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # declared fields stay, whatever the admin leaves out
            self.fields.pop("key", None)

    def clean_text(self) -> str:
        """A browser sends CRLF."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")
