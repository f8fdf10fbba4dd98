"""One row of everything for a partner. A new table with a partner gets a row here for the wall tests."""

from __future__ import annotations

from botrunner.models import InboxUpdate
from content.models import AiUse, Chunk, Document, OutboxMessage, RegressionQuestion
from funnels.models import (
    Alert,
    Broadcast,
    Conversation,
    Enrollment,
    FunnelEvent,
    FunnelVersion,
    LeadMessage,
    Question,
    SequencePause,
    TextOverride,
)
from partners import tenancy
from partners.fields import Secret
from partners.models import Consent, Destination, Membership, Partner, YandexAccount
from tests.factories import NOW, make_bot, make_lead, make_link, make_partner
from tests.personas import make_user


def make_full_partner(slug: str) -> Partner:
    partner = make_partner(slug)
    bot, link = make_bot(partner), make_link(partner)
    lead = make_lead(partner, first_link=link, last_link=link)
    make_user(Membership.Role.OWNER, partner)
    with tenancy.all_partners():
        YandexAccount.objects.create(partner=partner, folder_id="b1g", api_key=Secret("AQVN"))
        Destination.objects.create(partner=partner, slot="blog", url=f"https://{slug}.example/blog")
        version = FunnelVersion.objects.create(partner=partner, number=1, text="…", created_at=NOW)
        Consent.objects.create(partner=partner, lead=lead, kind=Consent.Kind.OFFERS, text_version=1, given_at=NOW)
        Conversation.objects.create(lead=lead, partner=partner, version=version, step="welcome", changed_at=NOW)
        Enrollment.objects.create(
            lead=lead, partner=partner, sequence="weight", next_step="first", fire_at=NOW, entered_at=NOW
        )
        FunnelEvent.objects.create(lead=lead, partner=partner, kind=FunnelEvent.Kind.STARTED, at=NOW)
        Alert.objects.create(lead=lead, partner=partner, trigger=Alert.Trigger.CONTACT_LEFT, day=NOW.date(), at=NOW)
        Broadcast.objects.create(partner=partner, text="…", created_at=NOW)
        TextOverride.objects.create(partner=partner, sequence="weight", step="first", text="…", changed_at=NOW)
        SequencePause.objects.create(partner=partner, sequence="weight", paused_at=NOW)
        LeadMessage.objects.create(lead=lead, partner=partner, text="Здравствуйте", at=NOW)
        Question.objects.create(
            lead=lead, partner=partner, asker_id=1, chat_id=1, text="Сколько стоит доставка?", asked_at=NOW
        )
        OutboxMessage.objects.create(
            partner=partner,
            bot=bot,
            lead=lead,
            chat_id=lead.telegram_id,
            lane=OutboxMessage.Lane.ALERT,
            dedupe_key="1",
            payload={"text": "…"},
            created_at=NOW,
            not_before=NOW,
        )
        AiUse.objects.create(
            partner=partner,
            request_key="1",
            account="yandex:b1g",
            day=NOW.date(),
            at=NOW,
            expires_at=NOW,
            purpose=AiUse.Purpose.ANSWER,
            provider="yandex",
        )
        document = Document.objects.create(partner=partner, path="own.md", title="…", text="…", changed_at=NOW)
        Chunk.objects.create(document=document, partner=partner, position=0, text="…", readable="…")
        RegressionQuestion.objects.create(partner=partner, document=document, text="Где склад?", added_at=NOW)
        InboxUpdate.objects.create(partner=partner, bot=bot, update_id=1, payload="{}", received_at=NOW)
    return partner


def make_network_version() -> FunnelVersion:
    """A row of the whole network."""
    with tenancy.all_partners():
        return FunnelVersion.objects.create(number=1, text="…", created_at=NOW)
