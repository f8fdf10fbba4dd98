from content.models.ai import AiAccount, AiUse
from content.models.catalogue import PayPlanVersion, Product
from content.models.knowledge import Chunk, Document
from content.models.media import MediaFile, MediaItem
from content.models.outbox import OutboxMessage
from content.models.picture_order import PictureOrder
from content.models.post import Idea, Offer, Post, PostAct, PostKind, PostPlan, Story
from content.models.post_numbers import PostEvent, PostNumbers, PostReaction, PostTotal
from content.models.regression import RegressionQuestion
from content.models.training import LessonProgress

__all__ = [
    "AiAccount",
    "AiUse",
    "Chunk",
    "Document",
    "Idea",
    "LessonProgress",
    "MediaFile",
    "MediaItem",
    "Offer",
    "OutboxMessage",
    "PayPlanVersion",
    "PictureOrder",
    "Post",
    "PostAct",
    "PostEvent",
    "PostKind",
    "PostNumbers",
    "PostPlan",
    "PostReaction",
    "PostTotal",
    "Product",
    "RegressionQuestion",
    "Story",
]
