from funnels.models.alert import Alert
from funnels.models.broadcast import Broadcast
from funnels.models.checklist import Checklist, ChecklistTask
from funnels.models.conversation import Conversation
from funnels.models.enrollment import Enrollment
from funnels.models.event import FunnelEvent, LeadMessage
from funnels.models.milestone import Milestone
from funnels.models.panel_ask import PanelAsk
from funnels.models.post_card import PostCard
from funnels.models.question import Question
from funnels.models.sequence import SequencePause, TextOverride
from funnels.models.version import FunnelVersion

__all__ = [
    "Alert",
    "Broadcast",
    "Checklist",
    "ChecklistTask",
    "Conversation",
    "Enrollment",
    "FunnelEvent",
    "FunnelVersion",
    "LeadMessage",
    "Milestone",
    "PanelAsk",
    "PostCard",
    "Question",
    "SequencePause",
    "TextOverride",
]
