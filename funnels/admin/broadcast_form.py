"""What a person fills in for a broadcast: whom, what, and whether it is an advert."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, get_args

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from funnels.admin.lead_filters import INTEREST_NAMES
from funnels.models import Broadcast
from funnels.segments import Segment, Status
from funnels.services.broadcast_drafts import slots_of
from funnels.services.sequences import sequences_of
from partners.admin.base import PartnersRowForm
from partners.models import Lead, Link

LONGEST_TEXT = 20_000  # more than may be sent: the check says so, and nothing that was typed is cut
LARGEST_PICTURE = 5 * 1024 * 1024
LONGEST_SIDE = 5_000
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
BAND_NAMES = (("cold", _("cold")), ("warm", _("warm")), ("hot", _("hot")), ("very_hot", _("very hot")))
STATUSES = [choice for choice in Lead.Status.choices if choice[0] in get_args(Status)]
ACTIVITY = (("", _("whenever they were here")), ("active", _("were active in the last days:")),
            ("inactive", _("were silent for days:")))  # fmt: skip
STAGES = (("running", _("are in it now")), ("finished", _("have read it to the end")))
ADVERT = (("none", _("This is not an advert: I confirm it by my name")), ("advert", _("This is an advert")))


def several(label: Any, choices: Iterable[Any]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple
    )


class WhomForm(forms.Form):
    """The filters of a segment as fields of a form, and back."""

    intents = several(_("Interest"), Lead.Intent.choices)
    pains = several(_("What about"), INTEREST_NAMES.items())
    bands = several(_("How warm"), BAND_NAMES)
    statuses = several(_("Status"), STATUSES)
    has_phone = forms.BooleanField(label=_("Only who left a phone"), required=False)
    activity = forms.ChoiceField(label=_("Activity"), choices=ACTIVITY, required=False, widget=UnfoldAdminSelectWidget)
    days = forms.IntegerField(
        label=_("Days"), min_value=1, max_value=365, required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    link = forms.ModelChoiceField(
        Link.objects.none(), label=_("Came by the link"), required=False, widget=UnfoldAdminSelectWidget
    )
    sequence = forms.ChoiceField(label=_("Warm-up"), required=False, widget=UnfoldAdminSelectWidget)
    stage = forms.ChoiceField(label=_("Stage"), choices=STAGES, required=False, widget=UnfoldAdminSelectWidget)

    def know(self, partner_id: int) -> None:
        """The links and the sequences of this partner."""
        self.fields["link"].queryset = Link.objects.filter(partner_id=partner_id)  # type: ignore[attr-defined]
        sequences = sequences_of(partner_id=partner_id)
        self.fields["sequence"].choices = [  # type: ignore[attr-defined]
            ("", _("any")), *((key, sequence.title) for key, sequence in sorted(sequences.items()))
        ]  # fmt: skip

    def check_days(self, values: dict[str, Any]) -> None:
        if values.get("activity") and not values.get("days") and "days" not in self.errors:
            self.add_error("days", _("Write for how many days, from 1 to 365."))

    @staticmethod
    def segment_of(values: dict[str, Any]) -> Segment:
        filters: dict[str, Any] = {name: values.get(name) or () for name in ("intents", "pains", "bands", "statuses")}
        filters["has_phone"] = bool(values.get("has_phone"))
        if values.get("activity"):
            filters["activity"] = {"kind": values["activity"], "days": values.get("days") or 1}
        if values.get("link"):
            filters["link"] = values["link"].pk
        if values.get("sequence"):
            filters["warmed"] = {"sequence": values["sequence"], "stage": values.get("stage") or "running"}
        return Segment.read(filters)

    @staticmethod
    def values_of(segment: Segment) -> dict[str, Any]:
        values = segment.model_dump(include={"intents", "pains", "bands", "statuses", "has_phone", "link"})
        if segment.activity:
            values |= segment.activity.model_dump() | {"activity": segment.activity.kind}
        if segment.warmed:
            values |= segment.warmed.model_dump()
        return values


class BroadcastForm(PartnersRowForm, WhomForm):
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10}),
    )
    button_slot = forms.ChoiceField(label=_("leads to"), required=False, widget=UnfoldAdminSelectWidget)
    advert = forms.ChoiceField(label=_("Advert mark"), choices=ADVERT, required=False, widget=forms.RadioSelect)

    class Meta:
        model = Broadcast
        fields = ("partner", "text", "picture", "button_text", "button_slot", "erid", "advertiser")
        widgets = {
            "button_text": UnfoldAdminTextInputWidget,
            "erid": UnfoldAdminTextInputWidget,
            "advertiser": UnfoldAdminTextInputWidget,
        }

    author_name = ""  # whoever says that it is no advert; set by the admin for the request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self._kept().items():
            self.initial.setdefault(name, value)
        typed = self.data.get("partner", "") if self.is_bound else ""
        if partner_id := self.instance.partner_id or (int(typed) if typed.isdecimal() else None):
            self.know(partner_id)

    def _kept(self) -> dict[str, Any]:
        kept = self.values_of(Segment.read(self.instance.segment))
        if self.instance.erid or self.instance.advertiser:
            kept["advert"] = "advert"
        elif self.instance.no_advert_by:
            kept["advert"] = "none"
        return kept

    def know(self, partner_id: int) -> None:
        super().know(partner_id)
        names = {"shop": _("the shop"), "registration": _("the registration")}
        slots = [(slot, names.get(slot, slot)) for slot in slots_of(partner_id)]
        self.fields["button_slot"].choices = [("", _("no button")), *slots]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        """A browser sends CRLF."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip()

    def clean_picture(self) -> Any:
        """Pillow has opened it: here its size and its name, which is never the sender's."""
        picture = self.cleaned_data.get("picture")
        if not isinstance(picture, UploadedFile):
            return picture
        image: Any = picture.image  # type: ignore[attr-defined]  # set by ImageField
        if image.format not in FORMATS:
            raise ValidationError(_("Choose a JPEG, PNG or WebP picture."))
        if (picture.size or 0) > LARGEST_PICTURE or max(image.size) > LONGEST_SIDE:
            raise ValidationError(_("The picture is too large: at most 5 MB and 5,000 pixels a side."))
        if max(image.size) > 20 * min(image.size):
            raise ValidationError(_("Telegram refuses such a narrow picture: a side is more than 20 times the other."))
        picture.name = secrets.token_hex(8) + FORMATS[image.format]
        return picture

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_days(values)
        if values.get("advert") != "advert":
            values["erid"] = values["advertiser"] = ""
        # Who has said it first has said it.
        said = self.instance.no_advert_by or self.author_name
        self.instance.no_advert_by = said if values.get("advert") == "none" else ""
        if not self.errors:
            self.instance.segment = self.segment_of(values).to_json()
        return values


def whom(broadcast: Broadcast) -> list[str]:
    """The filters in the words of the form."""
    form = BroadcastForm(instance=broadcast)
    segment = Segment.read(broadcast.segment)
    told = [_told(form, name, getattr(segment, name)) for name in ("intents", "pains", "bands", "statuses")]
    if segment.has_phone:
        told.append(str(form.fields["has_phone"].label))
    if segment.activity:
        told.append(f"{_told(form, 'activity', [segment.activity.kind])} {segment.activity.days}")
    if segment.warmed:
        told.append(f"{_told(form, 'sequence', [segment.warmed.sequence])}, {dict(STAGES)[segment.warmed.stage]}")
    if segment.link:
        link = Link.objects.filter(pk=segment.link).first()
        told.append(f"{form.fields['link'].label}: {link or '—'}")
    return list(filter(None, told)) or [gettext("everybody")]


def _told(form: forms.BaseForm, name: str, values: Iterable[str]) -> str:
    """«Interest: health, business»."""
    field: Any = form.fields[name]
    names = {key: str(label) for key, label in field.choices}
    chosen = [names.get(value, value) for value in values]
    return f"{field.label}: {', '.join(chosen)}" if chosen else ""
