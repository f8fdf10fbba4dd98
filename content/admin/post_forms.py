"""What a person types on the page of a post: every form is about one revision."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from content.models import Idea, Post, PostKind
from content.posts.art import OF_WISH
from content.posts.moments import NoSuchTime, moment_of
from content.queries.post_pictures import Suggestion, offered
from partners.models import Partner

LONGEST_TEXT = 20_000  # more than a post may have: the desk says so, and nothing that was typed is cut
ADVERT = (("none", _("This is not an advert: I confirm it by my name")), ("advert", _("This is an advert")))
State = Post.State


class DayWidget(UnfoldAdminTextInputWidget):
    input_type = "date"


class TimeWidget(UnfoldAdminTextInputWidget):
    input_type = "time"


class DecisionForm(forms.Form):
    """About the revision that the person has seen. `post.partner` is read."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    primary = ""  # the field that must not get lost when the post is not there any more for it

    def __init__(self, post: Post, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.post = post
        self.initial = {"revision": post.revision, **self.kept()}

    def kept(self) -> dict[str, Any]:
        return {}

    @property
    def typed(self) -> str:
        return str(self.data.get(self.primary, "")) if self.is_bound and self.primary else ""


class MomentForm(DecisionForm):
    day = forms.DateField(label=_("Day"), widget=DayWidget(attrs={"type": "date"}))
    time = forms.TimeField(label=_("Time"), widget=TimeWidget(attrs={"type": "time"}))
    was = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    moment: datetime

    def kept(self) -> dict[str, Any]:
        if self.post.due_at is None or self.post.state != State.SCHEDULED:
            return {}
        local = self.post.due_at.astimezone(ZoneInfo(self.post.partner.time_zone))
        return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "was": self.post.due_at.isoformat()}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("day") and values.get("time"):
            try:
                self.moment = moment_of(values["day"], values["time"], ZoneInfo(self.post.partner.time_zone))
            except NoSuchTime as error:
                raise ValidationError(str(error)) from None
        return values


class ReasonForm(DecisionForm):
    primary = "reason"
    reason = forms.CharField(
        label=_("Why not"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The next post of this type is written with it in mind."),
    )


class TextForm(DecisionForm):
    primary = "text"
    text = forms.CharField(
        label=_("Text"), max_length=LONGEST_TEXT, strip=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 14})
    )

    def kept(self) -> dict[str, Any]:
        return {"text": self.post.text}

    def clean_text(self) -> str:
        """A browser sends CRLF."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip()


class CommentForm(DecisionForm):
    primary = "comment"
    comment = forms.CharField(
        label=_("What to change"),
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class PictureForm(DecisionForm):
    picture = forms.ChoiceField(label=_("Picture"), required=False, widget=forms.RadioSelect)

    def __init__(self, post: Post, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(post, data, **kwargs)
        self.suggestions: list[Suggestion] = offered(post)
        choices = [("", ""), *((str(one.item.pk), str(one.item)) for one in self.suggestions)]
        self.fields["picture"].choices = choices  # type: ignore[attr-defined]

    @property
    def media_id(self) -> int | None:
        chosen = self.cleaned_data["picture"]
        return int(chosen) if chosen else None


class DrawForm(DecisionForm):
    primary = "wish"
    wish = forms.CharField(
        label=_("What should be on it"), max_length=OF_WISH, required=False, widget=UnfoldAdminTextInputWidget
    )


class MarkForm(DecisionForm):
    primary = "advertiser"
    advert = forms.ChoiceField(label=_("Advert mark"), choices=ADVERT, widget=forms.RadioSelect)
    erid = forms.CharField(label="erid", max_length=60, required=False, widget=UnfoldAdminTextInputWidget)
    advertiser = forms.CharField(
        label=_("Advertiser"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    def kept(self) -> dict[str, Any]:
        post = self.post
        advert = "advert" if post.erid or post.advertiser else "none" if post.not_advert_by else ""
        return {"advert": advert, "erid": post.erid, "advertiser": post.advertiser}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("advert") == "advert" and not (values.get("erid") and values.get("advertiser")):
            raise ValidationError(_("An advert needs its erid and the name of the advertiser."))
        return values


class OrderForm(forms.Form):
    """A new post. An operator says whose."""

    partner = forms.ModelChoiceField(Partner.objects.none(), label=_("Partner"), widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("Type"), choices=PostKind.choices, widget=UnfoldAdminSelectWidget)

    def __init__(self, data: Any = None, *, partner_id: int | None, idea: Idea | None = None, **kwargs: Any) -> None:
        """`partner_id`: whose login it is; None for operators. `idea`: what it is to be about."""
        super().__init__(data, **kwargs)
        self.idea = idea
        if partner_id is None:
            whose = {"pk": idea.partner_id} if idea and idea.partner_id else {}
            self.fields["partner"].queryset = Partner.objects.filter(**whose).order_by("name")  # type: ignore[attr-defined]
        else:
            del self.fields["partner"]
        self.own_partner_id = partner_id

    @property
    def partner_id(self) -> int:
        return self.own_partner_id or self.cleaned_data["partner"].pk
