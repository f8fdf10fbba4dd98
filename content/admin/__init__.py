from content.admin import catalogue, outbox

__all__ = ["catalogue", "outbox"]
