"""One-time links: for one person, for a while, and only a hash of them is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from partners import tenancy
from partners.models import AuditEntry, Invitation, Partner
from partners.services import invitations
from partners.services.invitations import LIFETIME, MOST_HELPERS, MOST_WAITING, Kind, Refused, State
from tests.factories import NOW, make_partner

pytestmark = pytest.mark.django_db

MARIA, OLEG = 901, 902


@pytest.fixture
def boris() -> Partner:
    return make_partner(telegram_id=778)


@pytest.fixture
def anna(boris: Partner) -> Iterator[Partner]:
    partner = make_partner(telegram_id=777)
    with tenancy.partner(partner.pk):
        yield partner


def helper_link(partner: Partner) -> str:
    return invitations.invite(partner=partner, kind=Kind.HELPER, now=NOW)


def opened(partner: Partner, token: str, who: int = MARIA, now: datetime = NOW) -> Invitation:
    return invitations.open_link(
        partner_id=partner.pk, token=token, telegram_id=who, name="Мария", username="maria", now=now
    )


def accepted(partner: Partner, who: int = MARIA) -> Invitation:
    found = opened(partner, helper_link(partner), who)
    return invitations.accept(partner_id=partner.pk, invitation_id=found.pk, telegram_id=who, now=NOW)


def helpers(partner: Partner) -> list[int]:
    return list(Partner.objects.get(pk=partner.pk).admin_telegram_ids)


def fault(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.fault


def test_both_sides_make_a_helper(anna: Partner) -> None:
    invitation = accepted(anna)
    assert (invitation.state, helpers(anna)) == (State.ACCEPTED, [])
    for _twice in range(2):
        confirmed = invitations.confirm(partner_id=anna.pk, invitation_id=invitation.pk, by="Анна", now=NOW)
        assert (confirmed.state, helpers(anna)) == (State.CONFIRMED, [MARIA])
    anna.refresh_from_db()
    assert invitations.helpers_of(anna) == [invitations.Helper(MARIA, "Мария", "maria")]
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.after) == ("Анна", {"admin_telegram_ids": "[901]"})


def test_the_token_is_not_stored(anna: Partner) -> None:
    token = helper_link(anna)
    row = Invitation.objects.values().get()
    assert token not in str(row)
    assert len(token) <= 64
    assert invitations.looks_like_token(token)
    assert not invitations.looks_like_token("in-club")


def test_whoever_opens_it_has_it(anna: Partner) -> None:
    token = helper_link(anna)
    first = opened(anna, token)
    assert opened(anna, token).pk == first.pk
    with pytest.raises(Refused) as refused:
        opened(anna, token, OLEG)
    assert fault(refused) == "taken"
    for act in (invitations.accept, invitations.decline):
        with pytest.raises(Refused) as refused:
            act(partner_id=anna.pk, invitation_id=first.pk, telegram_id=OLEG, now=NOW)
        assert fault(refused) == "unknown"


@pytest.mark.parametrize(("age", "valid"), [(LIFETIME - timedelta(seconds=1), True), (LIFETIME, False)])
def test_it_lasts_two_days(anna: Partner, age: timedelta, valid: bool) -> None:
    token = helper_link(anna)
    if valid:
        assert opened(anna, token, now=NOW + age).state == State.OPENED
        return
    with pytest.raises(Refused) as refused:
        opened(anna, token, now=NOW + age)
    assert fault(refused) == "expired"


def test_an_opened_one_must_be_accepted_in_time(anna: Partner) -> None:
    invitation = opened(anna, helper_link(anna))
    with pytest.raises(Refused) as refused:
        invitations.accept(partner_id=anna.pk, invitation_id=invitation.pk, telegram_id=MARIA, now=NOW + LIFETIME)
    assert fault(refused) == "expired"


def test_the_link_of_another_partner_opens_nothing(anna: Partner, boris: Partner) -> None:
    token = helper_link(anna)
    with pytest.raises(Refused) as refused:
        opened(boris, token)
    assert fault(refused) == "unknown"


def test_nobody_confirms_what_was_not_accepted(anna: Partner) -> None:
    invitation = opened(anna, helper_link(anna))
    with pytest.raises(Refused):
        invitations.confirm(partner_id=anna.pk, invitation_id=invitation.pk, by="Анна", now=NOW)
    assert helpers(anna) == []


def test_either_side_says_no(anna: Partner) -> None:
    refused_one = accepted(anna)
    invitations.refuse(partner_id=anna.pk, invitation_id=refused_one.pk, now=NOW)
    invitations.confirm(partner_id=anna.pk, invitation_id=refused_one.pk, by="Анна", now=NOW)
    declined = opened(anna, helper_link(anna), OLEG)
    invitations.decline(partner_id=anna.pk, invitation_id=declined.pk, telegram_id=OLEG, now=NOW)
    again = invitations.accept(partner_id=anna.pk, invitation_id=declined.pk, telegram_id=OLEG, now=NOW)
    assert (again.state, helpers(anna)) == (State.DECLINED, [])


def test_old_links_end_when_there_are_too_many(anna: Partner) -> None:
    tokens = [helper_link(anna) for _number in range(MOST_WAITING + 1)]
    with pytest.raises(Refused):
        opened(anna, tokens[0])
    assert opened(anna, tokens[1]).state == State.OPENED


def test_there_is_an_end_to_helpers(anna: Partner) -> None:
    Partner.objects.update(admin_telegram_ids=list(range(1, MOST_HELPERS + 1)))
    invitation = accepted(anna)
    with pytest.raises(Refused) as refused:
        invitations.confirm(partner_id=anna.pk, invitation_id=invitation.pk, by="Анна", now=NOW)
    assert fault(refused) == "full"


def test_a_helper_is_removed_and_invited_anew(anna: Partner) -> None:
    Partner.objects.update(admin_telegram_ids=[5, MARIA])
    assert invitations.remove_helper(partner_id=anna.pk, telegram_id=MARIA, by="Анна", now=NOW)
    assert not invitations.remove_helper(partner_id=anna.pk, telegram_id=MARIA, by="Анна", now=NOW)
    assert helpers(anna) == [5]
    invitations.confirm(partner_id=anna.pk, invitation_id=accepted(anna).pk, by="Анна", now=NOW)
    assert helpers(anna) == [5, MARIA]


def owners(partner: Partner, who: int) -> Invitation:
    token = invitations.invite(partner=partner, kind=Kind.OWNER, now=NOW)
    found = opened(partner, token, who)
    return invitations.accept(partner_id=partner.pk, invitation_id=found.pk, telegram_id=who, now=NOW)


def test_the_partner_in_person_needs_nobodys_confirmation(anna: Partner) -> None:
    Partner.objects.update(telegram_id=None, unreachable=Partner.Unreachable.NEVER_OPENED)
    assert owners(anna, MARIA).state == State.CONFIRMED
    anna.refresh_from_db()
    assert (anna.telegram_id, anna.unreachable) == (MARIA, "")
    owners(anna, MARIA)
    with pytest.raises(Refused) as refused:
        owners(anna, OLEG)
    assert fault(refused) == "bound"


def test_a_new_link_for_the_partner_ends_the_one_before(anna: Partner) -> None:
    first = invitations.invite(partner=anna, kind=Kind.OWNER, now=NOW)
    invitations.invite(partner=anna, kind=Kind.OWNER, now=NOW)
    with pytest.raises(Refused):
        opened(anna, first)


def test_an_owners_link_makes_no_helper(anna: Partner) -> None:
    Partner.objects.update(telegram_id=None)
    invitation = owners(anna, MARIA)
    with pytest.raises(Refused):
        invitations.confirm(partner_id=anna.pk, invitation_id=invitation.pk, by="Анна", now=NOW)
    assert helpers(anna) == []


def test_links_that_ended_are_forgotten_and_todays_helpers_keep_their_names(anna: Partner, boris: Partner) -> None:
    helper_link(anna)
    opened(anna, helper_link(anna), OLEG)
    invitation = accepted(anna)
    invitations.confirm(partner_id=anna.pk, invitation_id=invitation.pk, by="Анна", now=NOW)
    young = NOW + LIFETIME + timedelta(days=30)
    assert invitations.forget_ended(now=young) == 0
    assert invitations.forget_ended(now=young + timedelta(seconds=1)) == 2
    anna.refresh_from_db()
    assert invitations.helpers_of(anna) == [invitations.Helper(MARIA, "Мария", "maria")]
    invitations.remove_helper(partner_id=anna.pk, telegram_id=MARIA, by="Анна", now=NOW)
    assert invitations.forget_ended(now=young + timedelta(seconds=1)) == 1
    assert not Invitation.objects.exists()
