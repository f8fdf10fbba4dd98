"""The partner's panel in the partner's own bot. For everybody else its commands do not exist."""
