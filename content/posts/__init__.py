"""Posts for a partner's group or channel: what they say, and what is checked before a person sees them. Pure."""
