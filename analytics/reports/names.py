"""What the figures are called. Pure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from funnels.milestones import Did

DEEDS: dict[Did, Any] = {
    Did.CAME: _("Came to the bot"),
    Did.PRODUCT: _("Saw a product"),
    Did.SHOP: _("Went to the shop"),
    Did.REGISTRATION: _("Went to registration"),
    Did.CONTACT: _("Left a contact"),
    Did.ASKED: _("Wrote in their own words"),
    Did.HOT: _("Became hot"),
    Did.ORDERED: _("Made an order"),
    Did.JOINED: _("Became partners"),
    Did.UNSUBSCRIBED: _("Stopped the messages"),
    Did.BLOCKED: _("Have blocked the bot"),
}
BANDS: dict[str, Any] = {
    "cold": _("Cold: 0–20"),
    "warm": _("Warm: 21–50"),
    "hot": _("Hot: 51–80"),
    "very_hot": _("Very hot: 81–100"),
}
PERIODS: dict[str, Any] = {
    "today": _("Today only"),
    "yesterday": _("Yesterday only"),
    "week": _("7 days"),
    "month": _("30 days"),
    "quarter": _("91 days"),
    "year": _("A year"),
}
