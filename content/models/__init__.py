from content.models.ai import AiAccount, AiUse
from content.models.catalogue import PayPlanVersion, Product
from content.models.outbox import OutboxMessage

__all__ = ["AiAccount", "AiUse", "OutboxMessage", "PayPlanVersion", "Product"]
