"""Telegram's limits on what a bot may send, with Telegram's error texts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .detect import detect_entities
from .entities import ORDER, Entity, tidy, utf16_len
from .errors import bad_request
from .html_parser import parse_html, without_control
from .params import Params
from .state import Json
from .urls import check_url

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
BUTTONS_LIMIT = 100
ROW_LIMIT = 8
BUTTON_ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "pay", "copy_text",
                  "switch_inline_query_current_chat", "switch_inline_query_chosen_chat")  # fmt: skip


def read_text(params: Params) -> Json:
    text, entities = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": entities} if entities else {})}


def read_caption(params: Params) -> Json:
    caption, entities = _formatted(params, "caption", "caption_entities")
    if utf16_len(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    content: Json = {"caption": caption} if caption else {}
    return {**content, "caption_entities": entities} if entities else content


def _formatted(params: Params, name: str, entities_name: str) -> tuple[str, list[Entity]]:
    source = without_control(params.text(name))
    mode = params.text("parse_mode").lower()
    if mode == "html":
        text, entities = parse_html(source)
    elif mode in ("", "none"):
        given = params.json(entities_name, list) or []
        text, entities = tidy(source, [_entity(item, utf16_len(source)) for item in given])
    else:
        raise bad_request("unsupported parse_mode")
    found = detect_entities(text, entities)
    return text, sorted(entities + found, key=lambda item: item["offset"]) if found else entities


def _entity(item: object, length: int) -> Entity:
    fields = _object(item)
    offset, size = fields.get("offset"), fields.get("length")
    if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or offset + size > length:
        raise bad_request("can't parse entities: entity has invalid offset or length")
    if fields.get("type") not in ORDER:
        # what Telegram finds by itself (url, mention, ...) is found again in the text
        return {"type": "bold", "offset": 0, "length": 0}
    return dict(fields)


def read_markup(params: Params) -> Json | None:
    markup: Json | None = params.json("reply_markup", dict)
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return read_inline_keyboard(markup)
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"])]
        return {**markup, "keyboard": rows}
    if "remove_keyboard" in markup or "force_reply" in markup:
        return markup
    raise bad_request("object expected as reply markup")


def read_inline_keyboard(markup: Json) -> Json:
    rows = [[_inline_button(button) for button in row] for row in _rows(markup["inline_keyboard"])]
    rows = [row for row in rows if row]
    if sum(map(len, rows)) > BUTTONS_LIMIT or any(len(row) > ROW_LIMIT for row in rows):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows}


def _rows(value: object) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request("object expected as reply markup")
    return value


def _inline_button(button: object) -> Json:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "InlineKeyboardButton must be an Object")
    text = str(button.get("text") or "").strip()
    if not text:
        raise bad_request(prefix + 'Field "text" must be of type String')
    action = next((name for name in BUTTON_ACTIONS if name in button), None)
    if action is None:
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    value = button[action]
    if action == "callback_data" and not 1 <= len(str(value).encode()) <= DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url":
        value = check_button_url(str(value))
    if action == "web_app" and urlsplit(str(_object(value).get("url"))).scheme != "https":
        raise bad_request("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    style = {"style": button["style"]} if "style" in button else {}
    return {"text": text, action: value, **style}


def check_button_url(url: str) -> str:
    """Real Telegram refuses a host without a dot (http://localhost/), so does this."""
    if not url.strip():
        raise bad_request("BUTTON_URL_INVALID")
    checked = check_url(url)
    if not checked:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return checked


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _reply_button(button: object) -> Json:
    fields: Json = {"text": button} if isinstance(button, str) else _object(button)
    if not str(fields.get("text") or "").strip():
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    return fields
