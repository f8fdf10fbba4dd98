from content.admin import ai, catalogue, documents, media, outbox, pictures, regression

__all__ = ["ai", "catalogue", "documents", "media", "outbox", "pictures", "regression"]
