from content.models.ai import AiAccount, AiUse
from content.models.catalogue import PayPlanVersion, Product
from content.models.knowledge import Chunk, Document
from content.models.outbox import OutboxMessage
from content.models.regression import RegressionQuestion

__all__ = [
    "AiAccount",
    "AiUse",
    "Chunk",
    "Document",
    "OutboxMessage",
    "PayPlanVersion",
    "Product",
    "RegressionQuestion",
]
