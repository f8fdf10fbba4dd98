from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    """django.contrib.admin with our site instead of the stock one."""

    default_site = "partners.site.PanelSite"  # outside partners.admin, whose import registers models on it
