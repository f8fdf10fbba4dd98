"""Entities: Telegram's formatting of a text, with offsets in UTF-16 units."""

from __future__ import annotations

import html
from itertools import pairwise, takewhile
from typing import Any

Entity = dict[str, Any]

TAG_OF = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
}
ORDER = ["blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention", "bold", "italic",
         "underline", "strikethrough", "spoiler", "custom_emoji"]  # fmt: skip


def utf16_len(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def tidy(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Trims the text as Telegram does, moves entities along, merges and orders them."""
    stripped = text.strip()
    lead = utf16_len(text[: len(text) - len(text.lstrip())])
    length = utf16_len(stripped)
    kept: list[Entity] = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(length, entity["offset"] + entity["length"] - lead)
        if end > start:
            # a language belongs to <pre><code class>, alone it is forgotten
            extra = {k: v for k, v in entity.items() if k != "language" or entity["type"] == "pre"}
            kept.append({**extra, "offset": start, "length": end - start})
    return stripped, _ordered(_without_overlaps(_merged(kept)))


def _merged(entities: list[Entity]) -> list[Entity]:
    """<b>a<b>b</b></b> and <b>a</b><b>b</b> are one bold entity."""
    result: list[Entity] = []
    last: dict[str, Entity] = {}
    for entity in sorted(entities, key=lambda item: item["offset"]):
        before = last.get(entity["type"]) if _is_style(entity) else None
        if before and entity["offset"] <= before["offset"] + before["length"]:
            end = max(before["offset"] + before["length"], entity["offset"] + entity["length"])
            before["length"] = end - before["offset"]
            continue
        last[entity["type"]] = entity
        result.append(entity)
    return result


def _without_overlaps(entities: list[Entity]) -> list[Entity]:
    """Code takes no other style inside; quotes, links and code do not nest in their own kind."""
    result: list[Entity] = []
    for kinds in (("pre", "code"), ("blockquote", "expandable_blockquote"), ("text_link", "text_mention")):
        end = 0
        for entity in sorted(entities, key=lambda item: (item["offset"], -item["length"])):
            if entity["type"] in kinds and entity["offset"] >= end:
                end = entity["offset"] + entity["length"]
                result.append(entity)
    code = [entity for entity in result if entity["type"] in ("pre", "code")]
    quotes = [entity for entity in result if "blockquote" in entity["type"]]
    styles = [entity for entity in result if entity["type"] in ("text_link", "text_mention")]
    styles += [
        entity for entity in entities if entity["type"] in (*TAG_OF, "custom_emoji") and entity["type"] != "code"
    ]
    return code + quotes + [entity for entity in styles if not any(_touch(entity, block) for block in code)]


def _touch(one: Entity, other: Entity) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])


def _ordered(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda item: (item["offset"], -item["length"], ORDER.index(item["type"])))


def to_html(text: str, entities: list[Entity]) -> str:
    """What to send to get this text; styles that cross a link or each other are closed and opened again."""
    units = text.encode("utf-16-le", "surrogatepass")
    edges = {edge for entity in entities for edge in (entity["offset"], entity["offset"] + entity["length"])}
    points = sorted({0, len(units) // 2, *edges})
    parts: list[str] = []
    stack: list[Entity] = []
    for here, there in pairwise(points):
        active = [e for e in entities if e["offset"] <= here and there <= e["offset"] + e["length"]]
        active.sort(key=lambda e: (_is_style(e), e["offset"], -e["length"], e["type"]))
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(stack, active, strict=False)))
        parts += [_tags(entity)[1] for entity in reversed(stack[same:])]
        parts += [_tags(entity)[0] for entity in active[same:]]
        parts.append(html.escape(units[here * 2 : there * 2].decode("utf-16-le", "replace"), quote=False))
        stack = active
    return "".join(parts) + "".join(_tags(entity)[1] for entity in reversed(stack))


def _is_style(entity: Entity) -> bool:
    return entity["type"] in TAG_OF and entity["type"] != "code"


def _tags(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "pre" and entity.get("language"):
        return f'<pre><code class="language-{html.escape(entity["language"])}">', "</code></pre>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{html.escape(entity["custom_emoji_id"])}">', "</tg-emoji>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    tag = TAG_OF.get(kind, kind if kind in ("pre", "blockquote") else "")
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")
