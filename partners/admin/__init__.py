from partners.admin import links, partners, users

__all__ = ["links", "partners", "users"]
