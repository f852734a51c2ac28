"""The project as an app: it has no models, but commands, and it makes Celery's app the default."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from portal import celery  # noqa: F401, PLC0415 - app ready
