"""The page of the library: pictures in a grid, found by words and products; files are brought here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from content.imaging import MOST_BYTES, PictureError
from content.models import MediaItem, Product
from content.queries.library import Use, find, used
from content.services.media import take_in, words_of
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.models import Partner

PER_PAGE = 48
MOST_FILES = 50  # in one request
NETWORK = "network"
LIBRARY = "admin:content_mediaitem_changelist"
FILES = {"small": "thumbnail", "full": "file"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the library somebody wants to see."""

    words: str
    product: str
    owner: str  # a partner's number, NETWORK, or empty for all
    retired: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Wish:
        asked = request.GET
        owner = asked.get("owner", "")
        return cls(
            words=asked.get("q", "")[:100].strip(),
            product=asked.get("product", "")[:24],
            owner=owner if owner == NETWORK or _is_number(owner) else "",
            retired=asked.get("show") == "retired",
        )

    def found(self) -> QuerySet[MediaItem]:
        items = find(words=self.words, product=self.product, retired=self.retired).select_related("partner")
        if self.owner:
            items = items.filter(partner=None if self.owner == NETWORK else int(self.owner))
        return items

    @property
    def query(self) -> str:
        values = {"q": self.words, "product": self.product, "owner": self.owner}
        values |= {"show": "retired" if self.retired else ""}
        return urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    item: MediaItem
    use: Use | None
    products: tuple[str, ...]  # their names


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file."""

    name: str
    level: str  # success | warning | error, as Django's messages
    sentence: str


class LibraryPages:
    admin_site: Any
    opts: Any

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        wish, operator = Wish.of(request), sees_all_partners(request.user)
        page = Paginator(wish.found(), PER_PAGE).get_page(request.GET.get("p"))
        products = dict(Product.objects.values_list("key", "name"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Media library"),
            "opts": self.opts,
            "wish": wish,
            "page": page,
            "rows": _rows(list(page), products),
            "products": products.items(),
            "is_operator": operator,
            "partners": Partner.objects.order_by("name").values_list("pk", "name") if operator else (),
            "may_upload": _may_upload(request),
        }
        return TemplateResponse(request, "admin/content/library.html", context)

    def upload(self, request: HttpRequest) -> HttpResponse:
        """One file after the other with JavaScript, which shows how far it is; all at once without."""
        if request.method != "POST" or not _may_upload(request):
            raise PermissionDenied
        files = request.FILES.getlist("files")[:MOST_FILES]
        told = [_taken(request, file) for file in files]
        if request.headers.get("X-Requested-With") == "fetch":
            return JsonResponse({"files": [{"level": one.level, "sentence": one.sentence} for one in told]})
        for one in told:
            getattr(messages, one.level)(request, f"{one.name}: {one.sentence}")
        return redirect(LIBRARY)

    def file(self, request: HttpRequest, pk: int, which: str) -> FileResponse:
        """Through the wall, unlike the folder that nginx may serve: the picture of somebody else is not there."""
        item = MediaItem.objects.filter(pk=pk).first()
        if item is None or which not in FILES or not self.has_view_permission(request, item):  # type: ignore[attr-defined]
            raise Http404
        try:
            file = getattr(item, FILES[which]).open("rb")
        except (OSError, ValueError):
            raise Http404 from None
        return FileResponse(
            file, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400, immutable"}
        )


def _rows(items: list[MediaItem], products: dict[str, str]) -> list[Row]:
    uses = used(picture__in=[item.pk for item in items])
    return [Row(item, uses.get(item.pk), tuple(_names(item, products))) for item in items]


def _names(item: MediaItem, products: dict[str, str]) -> Iterator[str]:
    """What the title says is not said twice."""
    for key in item.products:
        if (name := products.get(key, key)) != item.title:
            yield name


def _may_upload(request: HttpRequest) -> bool:
    return request.user.has_perm("content.add_mediaitem")


def _taken(request: HttpRequest, file: File[bytes]) -> Told:
    name = (file.name or "")[:80]
    if (file.size or 0) > MOST_BYTES:  # not read at all
        return Told(name, "error", _("The picture is larger than 10 MB. Make it smaller."))
    keywords, products = words_of(request.POST.get("keywords", "")[:1_000]), request.POST.getlist("products")[:50]
    try:
        taken = take_in(
            partner_id=_owner(request), data=file.read(), now=clock.now(), keywords=keywords, products=products
        )
    except PictureError as error:
        return Told(name, "error", str(error))
    if taken.known:
        return Told(name, "warning", _("This file is in the library already."))
    return Told(name, "success", _("Added."))


def _owner(request: HttpRequest) -> int | None:
    """A partner's login brings pictures for that partner, whatever was sent."""
    if not sees_all_partners(request.user):
        membership = membership_of(request.user)
        return membership.partner_id if membership else None
    chosen = request.POST.get("owner", "")
    partner = Partner.objects.filter(pk=int(chosen)).first() if _is_number(chosen) else None
    return partner.pk if partner else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18
