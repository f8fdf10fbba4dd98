from funnels.admin import leads, own_texts, sequences, versions

__all__ = ["leads", "own_texts", "sequences", "versions"]
