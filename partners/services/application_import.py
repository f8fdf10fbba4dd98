"""Applications from an export of the Google form, row by row. Behind the operators' door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from partners.fields import Secret
from partners.models import Application
from partners.onboarding.answers import Problems, problems_of
from partners.onboarding.google_form import Line
from partners.onboarding.key_file import KeyFileRefused, read_key_file, read_private_key
from partners.onboarding.sections import CONSENT_VERSIONS, QUESTIONS, SECRETS, YES
from partners.services.application_form import LIFE, clean, key_of, new_link

Result = Literal["new", "known"]


@dataclass(frozen=True, slots=True)
class Imported:
    application: Application
    result: Result
    problems: Problems  # a draft with problems is corrected by its applicant, or by the operator's questions


def import_line(*, line: Line, now: datetime) -> Imported:
    """The same row twice is one application. A complete one waits for a decision at once."""
    known = Application.objects.filter(imported_from=line.key).first()
    if known is not None:
        return Imported(known, "known", {})
    application = Application(
        link_key=key_of(new_link()),
        imported_from=line.key,
        answers=_defaults() | {name: clean(value) for name, value in line.answers.items()},
        started_at=now,
        changed_at=now,
        expires_at=now + LIFE,
    )
    broken = _take_secrets(application, line)
    for name, version in CONSENT_VERSIONS.items():
        if line.answers.get(name) == YES:
            application.consents[name] = {"version": version, "at": now.isoformat()}
    problems = problems_of(application) | broken
    if not problems:
        application.state, application.submitted_at = Application.State.SUBMITTED, now
    application.save()
    return Imported(application, "new", problems)


def _defaults() -> dict[str, str]:
    """What the Google form forgot to ask; whoever corrects the application sees it."""
    told = {name: "" for name, asked in QUESTIONS.items() if asked.kind not in ("secret", "file")}
    return told | {"country": "RU", "time_zone": "Europe/Moscow", "specialization": "all", "style": "vy"}


def _take_secrets(application: Application, line: Line) -> Problems:
    for name in SECRETS:
        setattr(application, name, Secret(line.secrets.get(name, "").strip()))
    text = line.secrets.get("key_file", "")
    if not text:
        return {}
    try:
        if "-----BEGIN" in text and "{" not in text:  # the key alone, perhaps with Yandex's warning before it
            application.private_key = read_private_key(text)
            return {}
        file = read_key_file(text.encode("utf-8", "ignore"))
    except KeyFileRefused as refused:
        return {"key_file": str(refused)}
    application.private_key = file.private_key
    application.answers |= {"key_id": file.key_id, "service_account_id": file.service_account_id}
    return {}
