from partners.admin import audit, links, partners, users

__all__ = ["audit", "links", "partners", "users"]
