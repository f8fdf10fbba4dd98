r"""The .env file of a partner's folder: KEY=value, KEY='as it stands', KEY="with \n \t \" \\ in it".

A value stands on one line. A text with a quote, a backslash or a # in it needs quotes around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.strict_yaml import FileError, Problem

MAX_BYTES = 64 * 1024
LINE = re.compile(r"(?:export[ \t]+)?(?P<key>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?P<value>.*)")
SINGLE = re.compile(r"'([^']*)'[ \t]*(?:#.*)?")
DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*(?:#.*)?')
ESCAPE = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
PLAIN = re.compile(r"[A-Za-z0-9_./:@+,-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    value: str
    line: int


class _Mistake(ValueError):
    """A sentence about one line; it never quotes the value, which may be a secret."""


def parse_env(text: str, name: str) -> dict[str, Entry]:
    """Raises FileError with the line and the key of every mistake. Keys without a value are left out."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileError([Problem(name, 1, "", "env_size", _("The file is larger than 64 KB."))])
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        stripped = line.strip(" \t\r")
        if not stripped or stripped.startswith("#"):
            continue
        match = LINE.fullmatch(stripped)
        key = match["key"] if match else ""
        try:
            if match is None:
                raise _Mistake(_("This is not KEY=value. A text of several lines needs \\n instead of the breaks."))
            if key in entries:
                raise _Mistake(_("It stands in line %(line)s already: leave one.") % {"line": entries[key].line})
            entries[key] = Entry(_value(match["value"]), number)
        except _Mistake as mistake:
            problems.append(Problem(name, number, key, "env", str(mistake)))
    if problems:
        raise FileError(problems)
    return {key: entry for key, entry in entries.items() if entry.value}


def format_env(values: dict[str, str]) -> str:
    return "".join(f"{key}={_quoted(value)}\n" for key, value in values.items())


def _value(raw: str) -> str:
    if raw[:1] == "'":
        return _inside(SINGLE, raw)
    if raw[:1] == '"':
        return ESCAPE.sub(_unescaped, _inside(DOUBLE, raw))
    value = re.split(r"(?:^|[ \t])#", raw, maxsplit=1)[0].strip()
    if re.search("['\"#]", value):
        raise _Mistake(_("Put the value in quotes: it has a quote or a # in it."))
    return value


def _inside(quotes: re.Pattern[str], raw: str) -> str:
    match = quotes.fullmatch(raw)
    if match is None:
        raise _Mistake(_("The quotes are not closed, or something follows them. Line breaks are written as \\n."))
    return match[1]


def _unescaped(match: re.Match[str]) -> str:
    if match[1] not in ESCAPES:
        raise _Mistake(_('After a backslash only n, r, t, " and another backslash may stand.'))
    return ESCAPES[match[1]]


def _quoted(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
