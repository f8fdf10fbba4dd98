"""«Медиатека»: the network's pictures and each partner's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from content.admin.media_pages import LibraryPages
from content.models import MediaItem, Product
from content.queries.library import used
from content.services import media
from partners import clock
from partners.access import sees_all_partners
from partners.admin.base import PanelAdmin

MOST_WORDS = 1_000  # letters


class MediaForm(forms.ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    words = forms.CharField(
        label=_("Keywords"),
        required=False,
        max_length=MOST_WORDS,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Separated by commas. Two of them in a post, and the picture is offered for it."),
    )
    shown = forms.MultipleChoiceField(
        label=_("Products in the picture"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of a post about one of them it is the picture; for posts about others it is never offered."),
    )
    in_use = forms.BooleanField(label=_("Offer it for posts"), required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = MediaItem
        fields = ("title",)
        widgets = {"title": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: MediaItem = self.instance
        if "shown" in self.fields:
            self.fields["shown"].choices = Product.objects.values_list("key", "name")  # type: ignore[attr-defined]
        words, in_use = ", ".join(item.keywords), item.retired_at is None
        self.initial.update({"words": words, "shown": item.products, "in_use": in_use})


@admin.register(MediaItem)
class MediaAdmin(LibraryPages, PanelAdmin):
    form = MediaForm
    list_select_related = ("partner",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", view(self.upload), name="content_mediaitem_upload"),
            path("<int:pk>/<slug:which>.jpg", view(self.file), name="content_mediaitem_file"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Files are uploaded on the page of the library; there is no page for adding one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The network's pictures are the operators'."""
        is_own = not isinstance(obj, MediaItem) or obj.partner_id is not None or sees_all_partners(request.user)
        return is_own and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # posts that had it go on showing it

    def get_fields(self, request: HttpRequest, obj: MediaItem | None = None) -> tuple[Any, ...]:
        about: tuple[Any, ...] = ("look", ("belongs_to", "size", "use"))
        if self.has_change_permission(request, obj):
            return (*about, "title", "words", "shown", "in_use")
        return (*about, "title", "told_words", "told_products")

    def get_readonly_fields(self, request: HttpRequest, obj: MediaItem | None = None) -> tuple[str, ...]:
        return ("look", "belongs_to", "size", "use", "told_words", "told_products")

    def save_model(self, request: HttpRequest, obj: MediaItem, form: forms.ModelForm[Any], change: bool) -> None:
        if not change:
            raise PermissionDenied
        values = form.cleaned_data
        media.describe(
            item=obj, title=values["title"], keywords=media.words_of(values["words"]), products=values["shown"]
        )
        if values["in_use"]:
            media.bring_back(item=obj)
        else:
            media.take_out(item=obj, now=clock.now())

    @display(description="")
    def look(self, item: MediaItem) -> SafeString:
        url = reverse("admin:content_mediaitem_file", args=[item.pk, "full"])
        return format_html('<img class="library-look" src="{}" alt="{}">', url, item.title)

    @display(description=_("Whose"))
    def belongs_to(self, item: MediaItem) -> str:
        return str(item.partner or _("the whole network"))

    @display(description=_("Size"))
    def size(self, item: MediaItem) -> str:
        return f"{item.width} × {item.height}"

    @display(description=_("In posts"))
    def use(self, item: MediaItem) -> str:
        use = used(picture_id=item.pk).get(item.pk)
        if use is None:
            return gettext("never")
        return gettext("%(count)s, last on %(day)s") % {"count": use.count, "day": f"{use.last:%d.%m.%Y}"}

    @display(description=_("Keywords"))
    def told_words(self, item: MediaItem) -> str:
        return ", ".join(item.keywords) or "—"

    @display(description=_("Products in the picture"))
    def told_products(self, item: MediaItem) -> str:
        names = Product.objects.filter(key__in=item.products).values_list("name", flat=True)
        return ", ".join(names) or "—"
