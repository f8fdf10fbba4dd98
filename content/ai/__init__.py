"""From a prompt to a text with its cost: providers, their limits, the money, and the answer without any model."""
