"""What a lead may ask for at any moment: settings, silence, their data. Behind the partner's door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from content.messages import Button, Html, Message
from funnels import wishes
from funnels.contacts import shown_phone
from funnels.models import FunnelEvent
from funnels.moves import Happened
from funnels.services import contacts, offers
from funnels.services.enrollments import snooze
from funnels.services.export import export
from funnels.services.scene import Scene
from funnels.wishes import ChangeTopic, Topic, Wish
from partners.models import Consent, Lead
from partners.queries import consents_in_force

EXPORT_EVERY = timedelta(minutes=1)

Answer = tuple[tuple[Message, ...], tuple[Happened, ...]]


def fulfil(*, scene: Scene, lead: Lead, wish: Wish | ChangeTopic) -> Answer:
    """What to answer, and what has happened. `lead.partner` is read."""
    voice = scene.voice
    if isinstance(wish, ChangeTopic):
        changed = offers.change_topic(scene=scene, lead=lead, topic=wish.topic, wanted=wish.wanted)
        return (replace(settings(scene=scene, lead=lead), edits=True),), changed
    match wish.word:
        case "stop":
            return (voice.plain("stopped"),), offers.stop(scene=scene, lead=lead)
        case "no_offers":
            return (voice.plain("offers_off", edits=True),), offers.decline(scene=scene, lead=lead)
        case "snooze":
            snooze(lead=lead, now=scene.now)
            return (voice.plain("snoozed"),), (scene.happened("button_pressed", action="snooze"),)
        case "settings":
            return (settings(scene=scene, lead=lead),), ()
        case "privacy":
            return (privacy(scene=scene, lead=lead),), ()
        case "revoke":
            events = contacts.revoke(scene=scene, lead=lead)
            return (voice.plain("revoked" if events else "nothing_to_revoke"),), events
        case "export":
            return export_once(scene=scene, lead=lead)
        case "forget":
            rows = ((voice.button("erase", wishes.ERASE),), (voice.button("keep", wishes.wish("keep")),))
            return (voice.plain("forget_question", buttons=rows),), ()
        case "keep":
            return (voice.plain("kept", edits=True),), ()
        case "help":
            rows = ((voice.button("contact", wishes.CONTACT),), (voice.button("settings", wishes.wish("settings")),))
            return (voice.plain("help", buttons=rows),), ()


def settings(*, scene: Scene, lead: Lead) -> Message:
    voice = scene.voice
    topics: tuple[Topic, ...] = get_args(Topic)
    rows = [(_toggle(scene, lead, topic),) for topic in topics]
    if Consent.Kind.OFFERS in consents_in_force(lead):
        rows.append((voice.button("stop", wishes.wish("stop")),))
        return voice.plain("settings_on", buttons=tuple(rows))
    text = voice.consents.newest("offers")
    rows.append((Button(voice.label(text.agree), wishes.agree("offers", text.version)),))
    rows.append((voice.button("privacy", wishes.wish("privacy")),))
    question = offers.question(voice).text
    off = voice.plain("settings_off", buttons=tuple(rows))
    return replace(off, text=Html(f"{off.text}\n\n{question}"))


def _toggle(scene: Scene, lead: Lead, topic: Topic) -> Button:
    wanted: bool = getattr(lead, f"wants_{topic}")
    mark = "✅" if wanted else "▫️"
    label = scene.voice.label(scene.voice.phrases.topics[topic])
    return Button(f"{mark} {label}", wishes.topic(topic, wanted=not wanted))


def privacy(*, scene: Scene, lead: Lead) -> Message:
    voice = scene.voice
    lines, in_force = voice.phrases.privacy_lines, consents_in_force(lead)
    zone = ZoneInfo(lead.partner.time_zone)
    kept = [
        voice.line(lines["phone"], {"phone": shown_phone(lead.phone)}) if lead.phone else "",
        voice.line(lines["email"], {"email": lead.email}) if lead.email else "",
    ]
    agreed = [
        voice.line(lines[f"consent_{kind}"], {"date": f"{consent.given_at.astimezone(zone):%d.%m.%Y}"})  # type: ignore[index]
        for kind, consent in sorted(in_force.items())
    ]
    variables = {"contacts": Html("".join(kept)), "consents": Html("\n" + "\n".join(agreed) + "\n" if agreed else "")}
    rows = [(voice.button("export", wishes.wish("export")),)]
    if Consent.Kind.DATA in in_force:
        rows.append((voice.button("revoke", wishes.wish("revoke")),))
    rows.append((voice.button("forget", wishes.wish("forget")),))
    return voice.plain("privacy", variables, buttons=tuple(rows))


def export_once(*, scene: Scene, lead: Lead) -> Answer:
    """A file costs more than other answers: one a minute."""
    last = FunnelEvent.objects.filter(lead=lead, kind=FunnelEvent.Kind.DATA_EXPORTED, at__gt=scene.now - EXPORT_EVERY)
    if last.exists():
        return (scene.voice.plain("export_soon"),), ()
    ready = scene.voice.plain("export_ready")
    file = export(lead=lead, now=scene.now)
    return (replace(ready, document=file),), (scene.happened("data_exported"),)
