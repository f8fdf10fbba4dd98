from content.admin import ai, catalogue, documents, media, outbox, regression

__all__ = ["ai", "catalogue", "documents", "media", "outbox", "regression"]
