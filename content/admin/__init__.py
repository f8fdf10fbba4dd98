from content.admin import (
    ai,
    catalogue,
    documents,
    media,
    outbox,
    pictures,
    plans,
    post_numbers,
    post_sources,
    posts,
    regression,
    training,
)

__all__ = [
    "ai",
    "catalogue",
    "documents",
    "media",
    "outbox",
    "pictures",
    "plans",
    "post_numbers",
    "post_sources",
    "posts",
    "regression",
    "training",
]
