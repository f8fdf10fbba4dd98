from funnels.models.conversation import Conversation
from funnels.models.enrollment import Enrollment
from funnels.models.event import FunnelEvent, LeadMessage
from funnels.models.version import FunnelVersion

__all__ = ["Conversation", "Enrollment", "FunnelEvent", "FunnelVersion", "LeadMessage"]
