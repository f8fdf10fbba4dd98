from partners.models.application import Application
from partners.models.audit import AuditEntry
from partners.models.backup import Backup
from partners.models.bot import Bot
from partners.models.consent import Consent
from partners.models.incident import Incident, IncidentEvent
from partners.models.invitation import Invitation
from partners.models.lead import Lead
from partners.models.lifesign import Lifesign
from partners.models.link import Destination, Link
from partners.models.membership import Membership
from partners.models.partner import Partner
from partners.models.runner import Runner
from partners.models.second_factor import Authenticator
from partners.models.vitals import BotTraffic, BotVitals
from partners.models.yandex import YandexAccount

__all__ = [
    "Application",
    "AuditEntry",
    "Authenticator",
    "Backup",
    "Bot",
    "BotTraffic",
    "BotVitals",
    "Consent",
    "Destination",
    "Incident",
    "IncidentEvent",
    "Invitation",
    "Lead",
    "Lifesign",
    "Link",
    "Membership",
    "Partner",
    "Runner",
    "YandexAccount",
]
