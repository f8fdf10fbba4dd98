"""What came with a section of the form: answers as typed, secrets and files checked on the spot."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from partners.fields import Secret
from partners.models import Application
from partners.onboarding.answers import Problems, normal, problem_of
from partners.onboarding.key_file import MAX_BYTES, KeyFileRefused, read_key_file
from partners.onboarding.sections import QUESTIONS, SECRETS, Section
from partners.services import bot_api
from partners.services.bots import TokenRefused

FORGET = "forget_"  # before the name of a secret: the box beside a stored one


@dataclass(slots=True)
class Posted:
    answers: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    problems: Problems = field(default_factory=dict)  # of what is not stored: secrets and files
    notices: list[str] = field(default_factory=list)  # worth knowing, in nobody's way
    bot_username: str = ""


def read_section(section: Section, request: HttpRequest) -> Posted:
    """Without secrets and files: what is saved while somebody types."""
    plain = [asked for asked in section.questions if asked.kind not in ("secret", "file")]
    return Posted({asked.name: request.POST.get(asked.name, "") for asked in plain})


def read_whole_section(section: Section, request: HttpRequest, application: Application) -> Posted:
    """With them; a token is shown to Telegram. Outside of any transaction: Telegram may take its time."""
    posted = read_section(section, request)
    for asked in section.questions:
        if asked.kind == "secret":
            typed = Secret(request.POST.get(asked.name, "").strip())
            if not typed:
                continue
            if problem := problem_of(asked, typed.reveal()):
                posted.problems[asked.name] = problem
            else:
                posted.secrets[asked.name] = typed
    for name in SECRETS:
        if request.POST.get(FORGET + name) and name not in posted.secrets:
            posted.secrets[name] = Secret("")
    if upload := request.FILES.get("key_file"):
        _read_upload(upload, posted)
    if posted.secrets.get("token"):
        _check_token(posted)
    if (group := posted.answers.get("group_id")) and application.token:
        asked = QUESTIONS["group_id"]
        if not problem_of(asked, group):
            _look_at_group(posted, application.token, normal(asked, group))
    return posted


def _read_upload(upload: UploadedFile[bytes], posted: Posted) -> None:
    try:
        file = read_key_file(upload.read(MAX_BYTES + 1))
    except KeyFileRefused as refused:
        posted.problems["key_file"] = str(refused)
        return
    posted.secrets["private_key"] = file.private_key
    posted.answers |= {"service_account_id": file.service_account_id, "key_id": file.key_id}


def _check_token(posted: Posted) -> None:
    try:
        me = bot_api.get_me(posted.secrets["token"])
    except TokenRefused as refused:
        posted.problems["token"] = str(refused)
        del posted.secrets["token"]
    except bot_api.Unreachable as trouble:
        posted.notices.append(str(trouble))
    else:
        posted.bot_username = posted.answers["bot_username"] = me.username
        posted.answers["display_name"] = posted.answers.get("display_name") or me.name


def _look_at_group(posted: Posted, token: Secret, group_id: str) -> None:
    try:
        title = bot_api.group_title(token, group_id)
    except (TokenRefused, bot_api.Unreachable):
        return
    if title:
        posted.answers["group_title"] = posted.answers.get("group_title") or title
    else:
        posted.notices.append(
            _("Your bot cannot see this group yet. Add it to the group as an administrator and check the id.")
        )
