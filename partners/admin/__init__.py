from partners.admin import applications, audit, links, partners, users

__all__ = ["applications", "audit", "links", "partners", "users"]
