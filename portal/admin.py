"""Django's admin, for superusers only and behind the portal's own sign-in."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.utils.decorators import method_decorator


class AdminSite(admin.AdminSite):
    site_header = site_title = "Portico"

    def has_permission(self, request):
        return request.user.is_active and request.user.is_superuser

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Where the admin sends whom it refuses: strangers sign in, others find nothing here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return secure_admin_login(super().login)(request, extra_context)
