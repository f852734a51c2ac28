"""Signing in by e-mail and password, and whom the portal does not let in.

Whoever tries learns nothing about who has an account: an unknown address and a wrong password cost
the same work, leave the same rows and get the same words. What a wrong password sets off is the
worker's work (`sign_in_help`).
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import HelpReason, User
from accounts.models.user import UserManager
from accounts.services import account_settings, sign_in_help, throttling
from portal.lib.errors import DomainError

__all__ = ["BY_ADDRESS", "BY_NETWORK", "WrongPassword", "check", "is_restricted"]

BY_ADDRESS = throttling.Limit(
    name="sign_in_address",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(days=1),
)
# Many people may sit behind one address of a company.
BY_NETWORK = throttling.Limit(
    name="sign_in_network",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    memory=timedelta(hours=1),
)


class WrongPassword(DomainError):
    """Nobody has this address, or it is not the password."""

    user_message = _("That is not the password.")


def check(*, email: str, password: str, address: str | None, language: str, now: datetime) -> User:
    """The person of this address and password; a closed access is no reason to refuse here.

    The try is counted before anything is looked at. Raises WrongPassword, and TooManyTries even for
    the right password.
    """
    email = UserManager.normalize_email(email)
    tries = {BY_ADDRESS: email, BY_NETWORK: throttling.network(address)}
    throttling.admit(tries=tries, now=now)
    user = User.objects.filter(email=email).first()
    if user is None:
        # As much work as comparing it with a password that is there.
        User().set_password(password)
    elif user.check_password(password):
        throttling.forgive(tries={BY_ADDRESS: email})
        throttling.take_back(tries={BY_NETWORK: tries[BY_NETWORK]})
        return user
    sign_in_help.ask(reason=HelpReason.WRONG_PASSWORD, email=email, language=language, now=now)
    raise WrongPassword("wrong password or unknown address")


def is_restricted(*, user: User) -> bool:
    """Whether the person belongs to customers of restricted groups only; the office never does."""
    groups = account_settings.current().restricted_groups
    if user.is_staff or not groups:
        return False
    customers = user.customers()
    return customers.exists() and not customers.exclude(group__in=groups).exists()
