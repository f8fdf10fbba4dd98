from content.models.catalogue import PayPlanVersion, Product
from content.models.outbox import OutboxMessage

__all__ = ["OutboxMessage", "PayPlanVersion", "Product"]
