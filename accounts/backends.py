"""Signing in is allauth's; what staff may do is answered from the role grid."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.services import office_rights, staff_sign_in

__all__ = ["PortalBackend"]


class PortalBackend(AuthenticationBackend):
    """`user.has_perm` as `accounts.services.office_rights` knows it; superusers hold everything."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """No password opens for an address whose people come through the identity provider."""
        email = credentials.get("email") or credentials.get("username") or ""
        if staff_sign_in.leads_to_provider(email):
            self._mitigate_timing_attack(credentials.get("password") or "")
            return None
        return super().authenticate(request, **credentials)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Kept on the user object, which lives as long as its request."""
        if user_obj.is_superuser or user_obj.is_anonymous or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = set(office_rights.permissions_of(user_obj))
        return user_obj._perm_cache
