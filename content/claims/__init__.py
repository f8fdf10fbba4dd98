"""What may not be promised: cures, income, invented results. The rules stand in content/presets/claims.yaml."""

from content.claims.finder import Claim, find_claims
from content.claims.rules import Fact

__all__ = ["Claim", "Fact", "find_claims"]
