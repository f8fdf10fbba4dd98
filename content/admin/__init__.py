from content.admin import ai, catalogue, documents, outbox, regression

__all__ = ["ai", "catalogue", "documents", "outbox", "regression"]
