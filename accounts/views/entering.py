"""Signing somebody in who has proven who they are."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.models import User

__all__ = ["enter"]


def enter(
    request: HttpRequest, user: User, *, method: str = "", redirect_url: str | None = None
) -> HttpResponse:
    """Take the person through what allauth still asks for, a second step say, and in.

    Whoever was signed in in this browser is signed out first: the second step is asked of strangers
    only. `method` is what the person has proven itself by, unless that is noted already.
    """
    if request.user.is_authenticated:
        logout(request)
    if method:
        record_authentication(request, user, method=method)
    return perform_login(request, Login(user=user, email=user.email, redirect_url=redirect_url))
