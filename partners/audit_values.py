"""What the audit log keeps of a row: no secrets, no contacts of people, long texts cut around what changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import CharField, Field, JSONField, Model, TextField

from partners.fields import MASK, EncryptedField
from partners.models import Lead

MOST = 300  # characters of a value
CONTACTS = {"phone", "email"}
SECRETS = {"password", "payload", "replies"}
# Rows of people without a reference to a lead.
OF_PEOPLE = {"botrunner.inboxupdate", "partners.application"}

Values = dict[str, str]


def snapshot(row: Model | None) -> Values:
    """Field: full text, but for what is masked. For comparing; `changes` makes what may be stored."""
    if row is None:
        return {}
    personal = is_personal(row._meta.model)
    return {field.name: _text(field, row, personal) for field in row._meta.concrete_fields}


def is_personal(model: type[Model]) -> bool:
    """Whether its texts are words or contacts of a lead: they must not outlive an erasure."""
    fields = model._meta.concrete_fields
    return model is Lead or model._meta.label_lower in OF_PEOPLE or any(f.related_model is Lead for f in fields)


def name_of(row: Model) -> str:
    """Without a lead's name."""
    return f"№ {row.pk}" if is_personal(row._meta.model) else str(row)[:120]


def changes(before: Values, after: Values) -> tuple[Values, Values]:
    """What differs, short: the new row without its empty fields, the deleted one likewise."""
    names = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
    pairs = {name: _around(before.get(name, ""), after.get(name, "")) for name in names}
    return (
        {name: pair[0] for name, pair in pairs.items() if name in before},
        {name: pair[1] for name, pair in pairs.items() if name in after},
    )


def _text(field: Field, row: Model, personal: bool) -> str:  # type: ignore[type-arg]  # a generic only for mypy
    value = field.value_from_object(row)
    if value in (None, "", [], {}):
        return ""
    if isinstance(field, EncryptedField):
        # Two ciphers of one secret differ, so a change shows; its letters don't.
        return _sealed(value.reveal())
    is_text = isinstance(field, CharField | TextField | JSONField) and not field.choices
    is_contact = field.name in CONTACTS or (personal and field.name in ("telegram_id", "chat_id", "asker_id"))
    if field.name in SECRETS or is_contact or (personal and is_text):
        return _sealed(str(value))
    return str(value)


class _Sealed(str):
    """Looks like the mask and compares by what it covers."""

    __slots__ = ("covered",)
    covered: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sealed) and other.covered == self.covered

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def _sealed(value: str) -> str:
    sealed = _Sealed(MASK)
    sealed.covered = hash(value)
    return sealed


def _around(before: str, after: str) -> tuple[str, str]:
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    if len(text) <= MOST:
        return str(text)
    begin = max(0, min(start - 40, len(text) - MOST))
    return ("…" if begin else "") + text[begin : begin + MOST] + ("…" if begin + MOST < len(text) else "")


def as_pairs(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(field, before, after) in one list."""
    return [(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]
