from funnels.admin import leads, versions

__all__ = ["leads", "versions"]
