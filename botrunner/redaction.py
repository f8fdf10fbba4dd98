"""Keeps bot tokens and links of applications out of the logs, wherever a library may put them."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(?<!\d)(\d{5,20}):[A-Za-z0-9_-]{30,64}")
APPLICATION = re.compile(r"(/join/)[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")  # its link is the only key to it


def redact(text: str) -> str:
    """`123456:AA…` becomes `123456:•••`: the number tells which bot, the rest is the secret."""
    return APPLICATION.sub(r"\1•••", TOKEN.sub(r"\1:•••", text))


class RedactSecrets(logging.Filter):
    """Put on handlers, so that every logger's records pass through it; tracebacks too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
