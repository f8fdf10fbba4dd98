"""Bytes of uploaded files: in memory, or in a folder when there is one."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from .errors import bad_request
from .params import Upload
from .state import State, StoredFile

PHOTO_LIMIT = 10 * 1024 * 1024
FILE_LIMIT = 50 * 1024 * 1024
PHOTO_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


class FileStore:
    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._memory: dict[str, bytes] = {}

    def write(self, key: str, data: bytes) -> None:
        if self.folder is None:
            self._memory[key] = data
            return
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def read(self, key: str) -> bytes:
        """Raises KeyError when the bytes are gone. `key` must come from State.files, never from a person."""
        if self.folder is None:
            return self._memory[key]
        try:
            return (self.folder / key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None


def save_upload(state: State, store: FileStore, upload: Upload, *, photo: bool) -> str:
    """The key of the new file; raises Telegram's errors for what it would not take."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > (PHOTO_LIMIT if photo else FILE_LIMIT):
        raise bad_request(f"file of size {len(upload.data)} bytes is too big for a {'photo' if photo else 'document'}")
    state.last_file += 1
    if photo:
        mime, width, height = _image(upload.data)
        key, name = f"photos/file_{state.last_file}.{mime.partition('/')[2]}", ""
    else:
        mime, width, height = upload.mime or "application/octet-stream", 0, 0
        suffix = "".join(char for char in Path(upload.name).suffix if char.isalnum() or char == ".")[:16]
        key, name = f"documents/file_{state.last_file}{suffix}", upload.name[:200]
    store.write(key, upload.data)
    state.files[key] = StoredFile(key, name, mime, len(upload.data), width, height)
    return key


def _image(data: bytes) -> tuple[str, int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height, kind = image.width, image.height, image.format or ""
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if kind not in PHOTO_TYPES:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if width + height > 10000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return PHOTO_TYPES[kind], width, height
