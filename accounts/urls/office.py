from django.urls import path

from accounts.views import audit, office_settings

urlpatterns = [
    path("audit/", audit.office_audit, name="audit"),
    path("settings/access/", office_settings.access, name="settings-access"),
]
