"""Posts: written by workers, decided by people, published through the outbox, planned by crontabs."""
