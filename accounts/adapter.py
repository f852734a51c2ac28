"""How the portal differs from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.shortcuts import redirect

from accounts.services import signing_in


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and who may not come in is told so once proven."""

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        """Refuse people whose access is closed or whose customers do not use the portal."""
        response = super().pre_login(request, user, **kwargs)
        if response is None and signing_in.is_restricted(user=user):
            clear_login(request)
            response = redirect("account_restricted")
        return response

    def add_message(self, *args, **kwargs):
        """None for signing in and out: the page that follows says it."""
