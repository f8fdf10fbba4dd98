"""The part of a self-test that does not ask Telegram: do the links answer, does the cloud?"""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from botrunner.points import Point
from botrunner.services.fleet import Outside
from content.ai.http import Patience
from content.ai.troubles import AiError
from content.ai.types import Prompt, Turn
from content.ai.yandex import Yandex
from partners.services.web_links import check_link

PATIENCE = Patience(connect=5, read=20)
TINY = Prompt(system="Ответь одним словом.", turns=(Turn("user", "Готов?"),), max_tokens=10)


def outside_points(outside: Outside) -> list[Point]:
    """Asks other people's servers, each with a time limit: not for the event loop."""
    points = [_link("shop_link", _("The shop link answers"), _("The shop link does not answer"), outside.shop)]
    if outside.registration:
        words = _("The registration link answers"), _("The registration link does not answer")
        points.append(_link("registration_link", *words, outside.registration))
    return [*points, _cloud(outside)]


def _link(code: str, good: str, bad: str, url: str) -> Point:
    answer = check_link(url)
    return Point(code, answer.ok, good if answer.ok else bad, answer.advice)


def _cloud(outside: Outside) -> Point:
    if not outside.has_cloud:
        return Point("yandex", True, _("No Yandex Cloud account of one's own is entered"))
    if outside.cloud is None:
        advice = _("The key was never entered. Enter an Api-Key at the partner.")
        return Point("yandex", False, _("Yandex Cloud cannot be asked"), advice)
    return _asked(outside.cloud)


def _asked(cloud: Yandex) -> Point:
    try:
        replace(cloud, patience=PATIENCE).complete(TINY)
    except AiError as error:
        return Point("yandex", False, _("Yandex Cloud does not answer"), error.sentence)
    return Point("yandex", True, _("Yandex Cloud answers"))
