"""One row of everything for a partner. A new table with a partner gets a row here for the wall tests."""

from __future__ import annotations

from datetime import timedelta

from analytics.models import CountedPartner, StaleDay, Tally
from botrunner.models import InboxUpdate
from content.models import (
    AiUse,
    Chunk,
    Document,
    Idea,
    LessonProgress,
    MediaFile,
    MediaItem,
    Offer,
    OutboxMessage,
    PictureOrder,
    Post,
    PostAct,
    PostEvent,
    PostKind,
    PostNumbers,
    PostPlan,
    PostReaction,
    PostTotal,
    RegressionQuestion,
    Story,
)
from funnels.models import (
    Alert,
    Broadcast,
    Checklist,
    ChecklistTask,
    Conversation,
    Enrollment,
    FunnelEvent,
    FunnelVersion,
    LeadMessage,
    Milestone,
    PanelAsk,
    PostCard,
    Question,
    SequencePause,
    TextOverride,
)
from partners import tenancy
from partners.fields import Secret
from partners.models import (
    AuditEntry,
    Bot,
    BotTraffic,
    BotVitals,
    Consent,
    Destination,
    Incident,
    IncidentEvent,
    Invitation,
    Membership,
    Partner,
    YandexAccount,
)
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
        Invitation.objects.create(
            partner=partner, kind=Invitation.Kind.HELPER, token_hash=slug, created_at=NOW, expires_at=NOW
        )
        PanelAsk.objects.create(partner=partner, telegram_id=1, what="label", asked_at=NOW)
        version = FunnelVersion.objects.create(partner=partner, number=1, text="…", created_at=NOW)
        Consent.objects.create(partner=partner, lead=lead, kind=Consent.Kind.OFFERS, text_version=1, given_at=NOW)
        Conversation.objects.create(lead=lead, partner=partner, version=version, step="welcome", changed_at=NOW)
        Enrollment.objects.create(
            lead=lead, partner=partner, sequence="weight", next_step="first", fire_at=NOW, entered_at=NOW
        )
        FunnelEvent.objects.create(lead=lead, partner=partner, kind=FunnelEvent.Kind.STARTED, at=NOW)
        Milestone.objects.create(lead=lead, partner=partner, name="came", at=NOW, day=NOW.date())
        Tally.objects.create(partner=partner, name="deed", day=NOW.date(), key="came", people=1)
        CountedPartner.objects.create(partner=partner, time_zone=partner.time_zone)
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
        StaleDay.objects.filter(partner=partner, what=StaleDay.What.AI).delete()  # the question has left one, too
        make_posts(partner, bot)
        LessonProgress.objects.create(partner=partner, telegram_id=1, course="bot", lesson="start", opened_at=NOW)
        Checklist.objects.create(partner=partner, started_at=NOW)
        ChecklistTask.objects.create(partner=partner, task="menu", done_at=NOW)
        AuditEntry.objects.create(partner=partner, at=NOW, actor_name="anna", action=AuditEntry.Action.CHANGE)
        BotTraffic.objects.create(bot=bot, partner=partner, at=NOW + timedelta(seconds=partner.pk))
        BotVitals.objects.create(bot=bot, partner=partner, measured_at=NOW)
        incident = Incident.objects.create(partner=partner, kind="down", since=NOW, bad_at=NOW)
        IncidentEvent.objects.create(partner=partner, incident=incident, what="opened", at=NOW)
        InboxUpdate.objects.create(partner=partner, bot=bot, update_id=1, payload="{}", received_at=NOW)
    return partner


def make_posts(partner: Partner, bot: Bot) -> None:
    picture = MediaItem.objects.create(partner=partner, file="library/a.jpg", sha256=partner.slug, added_at=NOW)
    MediaFile.objects.create(partner=partner, bot=bot, path="library/a.jpg", file_id="AgAC", at=NOW)
    facts = {"kind": PostKind.TIPS, "text": "…", "created_at": NOW, "changed_at": NOW}
    post = Post.objects.create(partner=partner, picture=picture, **facts)
    PostAct.objects.create(partner=partner, post=post, revision=1, act=PostAct.Act.WRITTEN, by="curator", at=NOW)
    PostCard.objects.create(partner=partner, post=post)
    PostPlan.objects.create(partner=partner, kind=PostKind.TIPS, crontab="0 9 * * *")
    Story.objects.create(partner=partner, text="…", consent="…", added_at=NOW)
    Offer.objects.create(partner=partner, title="…", terms="…", until=NOW.date(), added_at=NOW)
    Idea.objects.create(partner=partner, source="…", message_id=1, topic="…", written_on=NOW.date())
    PictureOrder.objects.create(partner=partner, post=post, prompt="…", asked_at=NOW)
    PostReaction.objects.create(partner=partner, post=post, person=1, emoji={"👍": 1}, at=NOW)
    PostEvent.objects.create(partner=partner, post=post, kind=PostEvent.Kind.CLICK, at=NOW)
    PostTotal.objects.create(partner=partner, post=post, kind=post.kind, published_at=NOW, day=NOW.date())
    PostNumbers.objects.create(partner=partner, post=post, at=NOW + timedelta(seconds=partner.pk))


def make_network_version() -> FunnelVersion:
    """A row of the whole network."""
    with tenancy.all_partners():
        return FunnelVersion.objects.create(number=1, text="…", created_at=NOW)
