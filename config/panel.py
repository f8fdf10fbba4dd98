"""How the control panel (django-unfold) looks: its name, colours and the groups of its menu."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _if_may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _item(title: Any, icon: str, url: str, permission: str) -> dict[str, Any]:
    """`url` and `permission` are those of the model: «partners_lead», «partners.view_lead»."""
    link = reverse_lazy(f"admin:{url}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": _if_may(permission)}


def _is_question(request: HttpRequest) -> bool:
    return "/funnels/question/" in request.path


def _is_inbox(request: HttpRequest) -> bool:
    """Its address begins with that of the list."""
    return _is_question(request) and "/inbox/" in request.path


def _is_calendar(request: HttpRequest) -> bool:
    return request.path.endswith("/content/post/calendar/")


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {"title": _("Fleet"), "icon": "monitor_heart", "link": reverse_lazy("admin:index")},
            {
                "title": _("Statistics"),
                "icon": "insights",
                "link": reverse_lazy("analytics:overview"),
                "active": lambda request: request.path.startswith("/analytics/"),
                "permission": _if_may("analytics.view_report"),
            },
            _item(_("Incidents"), "emergency_home", "partners_incident", "partners.view_incident"),
            _item(_("Leads"), "groups", "partners_lead", "partners.view_lead"),
            _item(_("Alerts"), "notifications_active", "funnels_alert", "funnels.view_alert"),
            {
                "title": _("Without an answer"),
                "icon": "contact_support",
                "link": reverse_lazy("admin:funnels_question_inbox"),
                "active": _is_inbox,
                "permission": _if_may("funnels.view_question"),
            },
            _item(_("Questions to the curator"), "quiz", "funnels_question", "funnels.view_question")
            | {"active": lambda request: _is_question(request) and not _is_inbox(request)},
            {
                "title": _("Sequences"),
                "icon": "forward_to_inbox",
                "link": reverse_lazy("admin:funnels_sequences"),
                "permission": _if_may("funnels.view_enrollment"),
            },
            {
                "title": _("Outbox"),
                "icon": "outbox",
                "link": reverse_lazy("admin:content_outboxmessage_overview"),
                "permission": _if_may("content.view_outboxmessage"),
            },
            _item(_("Load and reserve"), "speed", "partners_runner", "partners.view_runner"),
        ]
    },
    {
        "title": _("Partners"),
        "separator": True,
        "items": [
            _item(_("Partners"), "storefront", "partners_partner", "partners.view_partner"),
            _item(_("Applications"), "assignment_ind", "partners_application", "partners.view_application"),
            _item(_("Links"), "link", "partners_link", "partners.view_link"),
            _item(_("Destinations"), "alt_route", "partners_destination", "partners.view_destination"),
        ],
    },
    {
        "title": _("Posts"),
        "separator": True,
        "items": [
            _item(_("Posts"), "article", "content_post", "content.view_post")
            | {"active": lambda request: "/content/post/" in request.path and not _is_calendar(request)},
            {
                "title": _("Calendar of posts"),
                "icon": "calendar_month",
                "link": reverse_lazy("admin:content_post_calendar"),
                "active": _is_calendar,
                "permission": _if_may("content.view_post"),
            },
            _item(_("Plans of posts"), "event_repeat", "content_postplan", "content.view_postplan"),
            _item(_("Stories"), "history_edu", "content_story", "content.view_story"),
            _item(_("Promotions"), "sell", "content_offer", "content.view_offer"),
            _item(_("Media library"), "photo_library", "content_mediaitem", "content.view_mediaitem"),
            _item(_("Ideas"), "lightbulb", "content_idea", "content.view_idea"),
            _item(_("Numbers of posts"), "monitoring", "content_postnumbers", "content.view_postnumbers"),
        ],
    },
    {
        "title": _("What is said"),
        "separator": True,
        "items": [
            _item(_("Broadcasts"), "campaign", "funnels_broadcast", "funnels.view_broadcast"),
            _item(_("Funnels and sequences"), "account_tree", "funnels_funnelversion", "funnels.view_funnelversion"),
            _item(_("Own texts"), "edit_note", "funnels_textoverride", "funnels.view_textoverride"),
            _item(_("Knowledge base"), "menu_book", "content_document", "content.view_document"),
            _item(_("Regression set"), "rule", "content_regressionquestion", "content.view_regressionquestion"),
            _item(_("Products"), "nutrition", "content_product", "content.view_product"),
            _item(_("Pay plans"), "payments", "content_payplanversion", "content.view_payplanversion"),
            _item(_("Training"), "school", "content_lessonprogress", "content.view_lessonprogress"),
        ],
    },
    {
        "title": _("System"),
        "separator": True,
        "items": [
            _item(_("Users"), "badge", "auth_user", "auth.view_user"),
            _item(_("Audit log"), "policy", "partners_auditentry", "partners.view_auditentry"),
            _item(_("Backups"), "backup", "partners_backup", "partners.view_backup"),
            _item(_("AI accounts"), "neurology", "content_aiaccount", "content.view_aiaccount"),
            _item(_("AI calls"), "receipt_long", "content_aiuse", "content.view_aiuse"),
            _item(_("Ordered pictures"), "brush", "content_pictureorder", "content.view_pictureorder"),
            _item(_("Set aside"), "inbox", "botrunner_inboxupdate", "botrunner.view_inboxupdate"),
            _item(
                _("Timetable"),
                "schedule",
                "django_celery_beat_periodictask",
                "django_celery_beat.view_periodictask",
            ),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Curator"),
    "SITE_HEADER": _("Curator"),
    "SITE_SUBHEADER": _("Partners' bots"),
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("partners/icon.svg")}],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda request: static("partners/panel.css")],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
            {"title": _("Two-factor login"), "link": reverse_lazy("admin:second_factor_setup")},
        ]
    },
    "SIDEBAR": {"show_search": False, "navigation": NAVIGATION},
    "COLORS": {
        "primary": {
            "50": "236 253 245",
            "100": "209 250 229",
            "200": "167 243 208",
            "300": "110 231 183",
            "400": "52 211 153",
            "500": "16 185 129",
            "600": "4 120 87",
            "700": "4 108 78",
            "800": "6 95 70",
            "900": "6 78 59",
            "950": "2 44 34",
        },
    },
}
