"""What is said, before anybody knows how it travels: no Telegram, no Django."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from html import escape as escape_html
from typing import Any, Literal, Self

Style = Literal["ty", "vy"]


class Html(str):
    """Text in Telegram's HTML subset. Only `escape` and trusted templates make one."""

    __slots__ = ()


def escape(text: str) -> Html:
    """What a person typed, made safe to stand inside Html."""
    return Html(escape_html(text, quote=False))


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: either `callback` (at most 64 bytes) or `url`."""

    text: str
    callback: str = ""
    url: str = ""

    def to_json(self) -> dict[str, str]:
        return {"text": self.text, "callback": self.callback, "url": self.url}


@dataclass(frozen=True, slots=True)
class Document:
    """A small text file."""

    name: str
    text: str


MOST_IMAGE = 256 * 1024  # bytes: until it is sent it lies in a row


@dataclass(frozen=True, slots=True)
class Image:
    """A small drawn PNG for one reader, a chart or a QR code: unlike a picture it is never a file of the web server."""

    name: str
    png: bytes

    def __post_init__(self) -> None:
        if len(self.png) > MOST_IMAGE:
            raise ValueError(f"{self.name}: {len(self.png)} bytes are more than a message carries ({MOST_IMAGE}).")

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "png": b64encode(self.png).decode()}

    @classmethod
    def from_json(cls, data: dict[str, str]) -> Self:
        return cls(data["name"], b64decode(data["png"]))


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `edits` asks to replace the message whose button was pressed, where that is possible.

    `keyboard` is the persistent reply keyboard, rows of labels; `contact_key` is a label above them whose press
    sends the person's own number. `picture` is a path under MEDIA_ROOT, `image` comes along in the message itself;
    one of the two at most. A document's message has no buttons.
    `reply_to` is the number of the message that this one answers.
    """

    text: Html
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[str, ...], ...] = ()
    contact_key: str = ""
    document: Document | None = None
    picture: str = ""
    image: Image | None = None
    edits: bool = False
    reply_to: int = 0

    @property
    def is_photo(self) -> bool:
        return bool(self.picture or self.image)

    def to_json(self) -> dict[str, Any]:
        """The text and what is not empty. By hand: `asdict` copies so thoroughly that a burst of messages waits."""
        data: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        data["buttons"] = [[button.to_json() for button in row] for row in self.buttons]
        data["document"] = asdict(self.document) if self.document else None
        data["image"] = self.image.to_json() if self.image else None
        return {name: value for name, value in data.items() if value or name == "text"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            text=Html(data["text"]),
            buttons=tuple(tuple(Button(**button) for button in row) for row in data.get("buttons", ())),
            keyboard=tuple(tuple(row) for row in data.get("keyboard", ())),
            contact_key=data.get("contact_key", ""),
            document=Document(**data["document"]) if "document" in data else None,
            picture=data.get("picture", ""),
            image=Image.from_json(data["image"]) if "image" in data else None,
            edits=data.get("edits", False),
            reply_to=data.get("reply_to", 0),
        )
