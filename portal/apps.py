"""The project as an app: it has no models, but commands, and it makes Celery's app the default."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from portal import celery  # noqa: F401, PLC0415 - app ready


class PortalAdminConfig(AdminConfig):
    """Django's admin, open to superusers behind the portal's own sign-in."""

    default = False
    default_site = "portal.admin.AdminSite"

    def ready(self):
        """Second steps and sessions have pages that leave a trace; the admin would not."""
        super().ready()
        from allauth.mfa.models import Authenticator  # noqa: PLC0415 -- app ready
        from allauth.usersessions.models import UserSession  # noqa: PLC0415 -- app ready
        from django.contrib import admin  # noqa: PLC0415 -- app ready

        admin.site.unregister([Authenticator, UserSession])
