"""The outbox: what was promised, and what became of it."""
