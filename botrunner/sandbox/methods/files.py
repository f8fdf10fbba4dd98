"""Files: uploaded, named by file_id, downloaded again."""

from __future__ import annotations

from ..errors import bad_request
from ..files import save_upload
from ..render import file_json, read_file_id
from ..state import Json
from .registry import Call, method

DOWNLOAD_LIMIT = 20 * 1024 * 1024


def read_file(call: Call, field: str, *, photo: bool) -> str:
    """The key of the file given as an upload, attach://name or file_id. URLs are refused: no network here."""
    value = call.params.text(field)
    name = value.removeprefix("attach://") if value.startswith("attach://") else field
    upload = call.params.uploads.get(name)
    if upload is not None:
        return save_upload(call.world.state, call.world.files, upload, photo=photo)
    if not value or value.startswith("attach://"):
        raise bad_request(f"there is no {'photo' if photo else 'document'} in the request")
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    key = read_file_id(value, call.bot.id)
    if key is None or key not in call.world.state.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if key.startswith("photos/") != photo:
        raise bad_request(f"can't use file of type {'Document as Photo' if photo else 'Photo as Document'}")
    return key


@method
def get_file(call: Call) -> Json:
    key = read_file_id(call.params.text("file_id"), call.bot.id)
    file = call.world.state.files.get(key or "")
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**file_json(file, call.bot.id), "file_path": file.key}
