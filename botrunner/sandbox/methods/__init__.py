"""The Bot API methods, one small function each; importing the modules fills the registry."""

from . import chats, editing, files, profile, sending, topics, updates
from .registry import METHODS, Call, Handler

__all__ = [
    "METHODS",
    "Call",
    "Handler",
    "chats",
    "editing",
    "files",
    "profile",
    "sending",
    "topics",
    "updates",
]
