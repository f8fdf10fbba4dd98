from content.admin import ai, catalogue, documents, outbox

__all__ = ["ai", "catalogue", "documents", "outbox"]
