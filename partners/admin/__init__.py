from partners.admin import applications, audit, backups, links, partners, users

__all__ = ["applications", "audit", "backups", "links", "partners", "users"]
