from django.urls import path

from accounts.views import office_settings

urlpatterns = [
    path("settings/access/", office_settings.access, name="settings-access"),
]
