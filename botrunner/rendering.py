"""A Message as parameters of the Bot API."""

from __future__ import annotations

from typing import Any

from content.messages import Button, Message

NO_PREVIEW = {"is_disabled": True}


def text_params(message: Message) -> dict[str, Any]:
    params: dict[str, Any] = {"text": message.text, "parse_mode": "HTML", "link_preview_options": NO_PREVIEW}
    return params | markup(message)


def caption_params(message: Message) -> dict[str, Any]:
    return {"caption": message.text, "parse_mode": "HTML"} | markup(message)


def markup(message: Message) -> dict[str, Any]:
    if message.buttons:
        return {"reply_markup": {"inline_keyboard": [[_button(button) for button in row] for row in message.buttons]}}
    if message.keyboard:
        return {"reply_markup": {"keyboard": _keys(message), "resize_keyboard": True, "is_persistent": True}}
    return {}


def _keys(message: Message) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = [[{"text": label} for label in row] for row in message.keyboard]
    if message.contact_key:
        rows.insert(0, [{"text": message.contact_key, "request_contact": True}])
    return rows


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": button.callback}
