from content.admin import ai, catalogue, documents, media, outbox, pictures, post_numbers, regression

__all__ = ["ai", "catalogue", "documents", "media", "outbox", "pictures", "post_numbers", "regression"]
