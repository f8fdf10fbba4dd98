from content.admin import ai, catalogue, outbox

__all__ = ["ai", "catalogue", "outbox"]
