from funnels.admin import alerts, broadcasts, leads, own_texts, questions, sequences, versions

__all__ = ["alerts", "broadcasts", "leads", "own_texts", "questions", "sequences", "versions"]
