from partners.admin import applications, audit, backups, incidents, links, partners, users

__all__ = ["applications", "audit", "backups", "incidents", "links", "partners", "users"]
