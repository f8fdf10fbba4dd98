class EmbeddedServerError(RuntimeError):
    """An embedded server can't run here; the text says why and what to do."""
