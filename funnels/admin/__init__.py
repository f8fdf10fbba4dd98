from funnels.admin import alerts, leads, own_texts, sequences, versions

__all__ = ["alerts", "leads", "own_texts", "sequences", "versions"]
