"""Replies as they lie in the inbox between commit and send."""

from __future__ import annotations

import json
from dataclasses import dataclass

from content.messages import Message


@dataclass(frozen=True, slots=True)
class Replies:
    """Where the answer to an update goes. `message_id`: the message whose button was pressed, else 0.

    `has_picture`: that message shows a picture, so its text cannot simply be replaced.
    """

    chat_id: int
    messages: tuple[Message, ...]
    message_id: int = 0
    has_picture: bool = False
    thread_id: int = 0

    def dump(self) -> str:
        if not self.messages:
            return ""
        return json.dumps(
            {
                "chat": self.chat_id,
                "message": self.message_id,
                "picture": self.has_picture,
                "thread": self.thread_id,
                "say": [message.to_json() for message in self.messages],
            }
        )

    @classmethod
    def load(cls, text: str) -> Replies:
        data = json.loads(text)
        messages = tuple(Message.from_json(message) for message in data["say"])
        return cls(data["chat"], messages, data["message"], data["picture"], data["thread"])


NOWHERE = Replies(chat_id=0, messages=())
