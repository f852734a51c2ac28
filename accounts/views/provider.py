"""Signing in through the company's identity provider.

Whatever goes wrong, the person reads that the authentication failed and whom to ask; why is in the
log, and in the audit where the provider has said who it was.
"""

import logging
from datetime import datetime, timedelta
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import origin, sso
from accounts.models import User
from accounts.services import staff_sign_in, throttling
from accounts.views.entering import enter

__all__ = ["callback", "lead_to_provider"]

# Each try asks the provider. Many people may sit behind one address of the company.
BY_NETWORK = throttling.Limit(
    name="provider_network",
    free=60,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    memory=timedelta(hours=1),
)

logger = logging.getLogger(__name__)


def lead_to_provider(
    request: HttpRequest, *, email: str, next_url: str | None, now: datetime
) -> HttpResponse:
    """Send the person who typed an internal address to the provider. Raises TooManyTries."""
    throttling.admit(tries={BY_NETWORK: throttling.network(origin.address_of(request))}, now=now)
    email = User.objects.normalize_email(email)
    try:
        return redirect(sso.authorization_url(request, email=email, next_url=next_url))
    except sso.NotBelieved as error:
        return _failed(request, error, typed=email)


@require_safe
@login_not_required
@never_cache
def callback(request):
    """Where the provider sends people back to. A GET that acts, as the protocol has it: the state
    in the session makes it answer one request of this browser, once."""
    typed = ""
    try:
        state = sso.take_state(request)
        typed = state["data"]["email"]
        identity = sso.identity_of(request, state)
        user = staff_sign_in.admit(identity=identity, typed=typed, now=timezone.now())
    except (sso.NotBelieved, staff_sign_in.NotAdmitted) as error:
        return _failed(request, error, typed=typed)
    request.entered_by_provider = True
    response = enter(request, user, method="socialaccount", redirect_url=state.get("next"))
    # Roles are taken over at a sign-in, so nobody stays signed in for days.
    request.session.set_expiry(0)
    return response


def _failed(request, error, *, typed):
    user = getattr(error, "user", None)
    logger.warning(
        "sign-in through the provider failed",
        extra={
            "reason": error.reason,
            "user": user.pk if user else None,
            # Tells whether two lines are about one person, and not about whom.
            "who": salted_hmac(__name__, typed).hexdigest()[:12] if typed else None,
        },
    )
    is_away = isinstance(error, sso.ProviderAway)
    return render(
        request,
        "accounts/public/provider_failed.html",
        {"provider": sso.name(), "is_away": is_away},
        status=HTTPStatus.BAD_GATEWAY if is_away else HTTPStatus.FORBIDDEN,
    )
