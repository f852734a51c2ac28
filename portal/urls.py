"""All addresses, one include an app."""

from django.contrib import admin
from django.urls import include, path

from portal.views import health

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
