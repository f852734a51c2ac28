"""How the portal differs from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services import company, signing_in, staff_sign_in
from portal.lib import secrets
from portal.lib.http import EncryptedSession, Timeouts


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and who may not come in is told so once proven."""

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        """Refuse people whose access is closed or whose customers do not use the portal.

        The office's own people come in by the provider alone, whatever else proves who they are.
        """
        response = super().pre_login(request, user, **kwargs)
        if response is not None:
            return response
        by_provider = getattr(request, "entered_by_provider", False)
        if not by_provider and staff_sign_in.leads_to_provider(user.email):
            clear_login(request)
            messages.info(
                request,
                _("Type your e-mail address here: it leads to the sign-in of your company."),
            )
            response = redirect("account_login")
        elif signing_in.is_restricted(user=user):
            clear_login(request)
            response = redirect("account_restricted")
        return response

    def get_login_stages(self):
        return ["accounts.stages.SecondStep"]

    def add_message(self, *args, **kwargs):
        """None for signing in and out: the page that follows says it."""


class ProviderAdapter(DefaultSocialAccountAdapter):
    """The identity provider is asked over bounded, encrypted calls, and makes nobody by itself."""

    def get_requests_session(self):
        timeouts = Timeouts(connect=3, read=5, total=8)
        return EncryptedSession(max_bytes=500_000, timeouts=timeouts)

    def is_open_for_signup(self, request, sociallogin):
        return False

    def is_auto_signup_allowed(self, request, sociallogin):
        return False


class SecondStepAdapter(DefaultMFAAdapter):
    """Secrets are sealed, and devices show whose portal and whose passkey it is."""

    def encrypt(self, text):
        return secrets.seal(text)

    def decrypt(self, encrypted_text):
        return secrets.open_sealed(encrypted_text)

    def get_totp_issuer(self):
        return company.current().name

    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": company.current().name}

    def get_public_key_credential_user_entity(self, user):
        entity = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.get_full_name()}
