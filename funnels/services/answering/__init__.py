"""Questions to the curator: kept in the turn that asks, thought about by a worker, answered through the outbox."""
