"""Drafts of funnel texts and their publication."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from content.models import Product
from funnels.checks import check_text
from funnels.loader import FunnelFileError, load_funnel
from funnels.models import FunnelVersion
from funnels.promised_jumps import lost_jumps
from funnels.sequence_checks import SLOTS, Names, check_sequence_text
from funnels.sequence_loader import load_sequence
from funnels.services.sequences import newest_sequences, published_sequences
from partners.models import Partner
from partners.strict_yaml import FileError, Problem

Status, Kind = FunnelVersion.Status, FunnelVersion.Kind
MAIN = "main"
LOCK_NUMBERS = "SELECT pg_advisory_xact_lock(hashtext('funnel version'), hashtext(%s))"


class VersionError(ValueError):
    """The version is not in the state that the action needs; the sentence is for people."""


class NotPublishable(VersionError):
    """The text has mistakes; `problems` lists them with their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_("The text has mistakes. Correct them before you publish it."))
        self.problems = problems


def save_draft(
    *,
    kind: str = Kind.FUNNEL,
    key: str,
    text: str,
    partner: Partner | None,
    author: User | None,
    now: datetime,
    note: str = "",
) -> FunnelVersion:
    """A new draft with the next number. The text may have mistakes: nothing that a person typed is lost."""
    with transaction.atomic():
        return FunnelVersion.objects.create(
            kind=kind,
            key=key,
            number=_next_number(kind, key, partner.pk if partner else None),
            partner=partner,
            text=text,
            author=author,
            created_at=now,
            note=note,
        )


def _next_number(kind: str, key: str, partner_id: int | None) -> int:
    """Two drafts at once must not get one number: the second waits for the end of the first transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_NUMBERS, [f"{kind} {key} {partner_id}"])
    versions = FunnelVersion.objects.filter(kind=kind, key=key, partner=partner_id)
    highest: int | None = versions.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def edit_draft(*, version: FunnelVersion, text: str, note: str) -> None:
    """Raises VersionError if it has been published meanwhile."""
    draft = FunnelVersion.objects.filter(pk=version.pk, status=Status.DRAFT)
    if not draft.update(text=text, note=note):
        raise VersionError(_("This version has been published: make a new draft from it."))
    version.text, version.note = text, note


def problems_of(version: FunnelVersion) -> list[Problem]:
    """What is wrong with the text, errors and warnings, by the catalogue and the main funnel of today."""
    if version.kind == Kind.SEQUENCE:
        return _sequence_problems(version)
    products = frozenset(Product.objects.values_list("key", flat=True))
    problems = check_text(version.text, f"{version}.yaml", products=products)
    return problems + _lost_jumps(version) if version.key == MAIN else problems


def _sequence_problems(version: FunnelVersion) -> list[Problem]:
    names = names_for(partner_id=version.partner_id)
    problems = check_sequence_text(version.text, f"{version}.yaml", names=names)
    try:
        loaded = load_sequence(version.text, f"{version}.yaml")
    except FileError:
        return problems
    if loaded.sequence.key != version.key:
        sentence = _("This is the text of “%(text)s”, but the version is one of “%(version)s”: write the same key.")
        values = {"text": loaded.sequence.key, "version": version.key}
        problems.insert(0, loaded.lines.problem(("key",), "another_key", sentence % values))
    return problems


def _lost_jumps(version: FunnelVersion) -> list[Problem]:
    """The published sequences of those whom this version is for."""
    try:
        loaded = load_funnel(version.text, f"{version}.yaml")
    except FunnelFileError:
        return []
    if version.partner_id:
        sequences = list(published_sequences(partner_id=version.partner_id).values())
    else:
        published = newest_sequences(Partner.objects.exclude(pk__in=_with_own_main()).values_list("pk", flat=True))
        sequences = list(published.values())
    return list(lost_jumps(sequences, loaded.funnel.steps, loaded.lines))


def _with_own_main() -> QuerySet[FunnelVersion, int | None]:
    own = FunnelVersion.objects.filter(kind=Kind.FUNNEL, key=MAIN, status=Status.PUBLISHED, partner__isnull=False)
    return own.values_list("partner_id", flat=True)


def names_for(*, partner_id: int | None) -> Names:
    """What a sequence of the partner, or of the network, may refer to today."""
    main = newest(key=MAIN, partner_id=partner_id)
    supplements = Product.objects.filter(supplement=True).values_list("name", flat=True)
    return Names(
        steps=load_funnel(main.text, str(main)).funnel.steps.keys() if main else None,
        slots=SLOTS,
        supplements=frozenset(supplements),
    )


def publish(*, version: FunnelVersion, now: datetime) -> None:
    """Leads who enter a funnel from now on get this text; of a sequence, everybody who has not got a message yet.

    Raises NotPublishable or VersionError.
    """
    errors = [problem for problem in problems_of(version) if problem.severity == "error"]
    if errors:
        raise NotPublishable(errors)
    draft = FunnelVersion.objects.filter(pk=version.pk, status=Status.DRAFT, text=version.text)
    if not draft.update(status=Status.PUBLISHED, published_at=now):
        raise VersionError(_("Somebody has changed or published this version meanwhile: look at it again."))
    version.status, version.published_at = Status.PUBLISHED, now


def newest(*, kind: str = Kind.FUNNEL, key: str, partner_id: int | None) -> FunnelVersion | None:
    """The partner's own published version, else the network's."""
    published = FunnelVersion.objects.filter(kind=kind, key=key, status=Status.PUBLISHED)
    theirs = published.filter(Q(partner_id=partner_id) | Q(partner_id=None))
    return theirs.order_by(F("partner_id").asc(nulls_last=True), "-number").first()
