"""Help for those who cannot sign in: a link to their address, and never a word on the page.

Pages write a row for whatever address was typed. The worker looks whether somebody has it, so that
neither the answer nor its time tells.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts import kinds
from accounts.messaging import Recipient
from accounts.models import HelpReason, PrivateLink, SignInHelp, User
from accounts.models.user import UserManager
from accounts.purposes import SET_PASSWORD, SIGN_IN
from accounts.services import notify, private_links, staff_sign_in, throttling
from portal.lib.bells import ring
from portal.lib.links import absolute

__all__ = ["answer_waiting", "ask", "ask_for_new_password", "send_link"]

ANSWER = "accounts.help_sign_in"
# A link by itself after a wrong password: one in a while, and of use at once or never.
SIGN_IN_LASTS = timedelta(minutes=15)
SIGN_IN_ONCE_IN = timedelta(hours=1)
RESET_LASTS = timedelta(hours=1)
# Asked for that long ago, a link would only confuse.
TOO_LATE = timedelta(hours=6)

BY_ADDRESS = throttling.Limit(
    name="reset_address",
    free=3,
    first_wait=timedelta(minutes=5),
    longest_wait=timedelta(hours=6),
    memory=timedelta(days=1),
)
BY_NETWORK = throttling.Limit(
    name="reset_network",
    free=20,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    memory=timedelta(hours=1),
)


@transaction.atomic
def ask(*, reason: HelpReason, email: str, language: str, now: datetime) -> None:
    """Note that somebody at this address could not sign in, and ring the worker."""
    SignInHelp.objects.create(reason=reason, email=email, language=language, asked_at=now)
    ring(ANSWER)


def ask_for_new_password(*, email: str, address: str | None, language: str, now: datetime) -> None:
    """Note that somebody asks for a new password.

    Too often for one address: nothing happens, and the page says what it always says. Raises
    TooManyTries for a network that asks for many.
    """
    email = UserManager.normalize_email(email)
    throttling.admit(tries={BY_NETWORK: throttling.network(address)}, now=now)
    try:
        throttling.admit(tries={BY_ADDRESS: email}, now=now)
    except throttling.TooManyTries:
        return
    ask(reason=HelpReason.FORGOTTEN, email=email, language=language, now=now)


def answer_waiting(*, clock: Callable[[], datetime]) -> None:
    """Answer what was asked, the longest waiting first; workers do not disturb each other."""
    while _answer_next(now=clock()):
        pass


def send_link(
    user: User, kind: kinds.MessageKind, purpose: str, lifetime: timedelta, now: datetime
) -> None:
    """Write a message with a private link of the purpose to the person, in the caller's
    transaction."""
    token = private_links.issue(
        purpose=purpose, lifetime=lifetime, user_id=user.pk, email=user.email, now=now
    )
    notify.compose(
        kind,
        to=[Recipient.of(user)],
        context={
            "link": private_links.address_of(token),
            "valid_until": now + lifetime,
        },
        expires_at=now + lifetime,
        now=now,
    )


@transaction.atomic
def _answer_next(*, now: datetime) -> bool:
    waiting = SignInHelp.objects.order_by("pk").select_for_update(skip_locked=True)
    asked = waiting.first()
    if asked is None:
        return False
    asked.delete()
    if now - asked.asked_at < TOO_LATE:
        _answer(asked, now)
    return True


def _answer(asked: SignInHelp, now: datetime) -> None:
    forgotten = asked.reason == HelpReason.FORGOTTEN
    if staff_sign_in.leads_to_provider(asked.email):
        if forgotten:
            _point_to_the_provider(asked, now)
        return
    user = User.objects.filter(email=asked.email, is_active=True).first()
    if user is None:
        return
    if forgotten:
        send_link(user, kinds.SET_PASSWORD, SET_PASSWORD, RESET_LASTS, now)
    elif not _was_helped(user, now):
        send_link(user, kinds.SIGN_IN_LINK, SIGN_IN, SIGN_IN_LASTS, now)


def _was_helped(user: User, now: datetime) -> bool:
    links = PrivateLink.objects.filter(user=user, purpose=SIGN_IN)
    return links.filter(created_at__gt=now - SIGN_IN_ONCE_IN).exists()


def _point_to_the_provider(asked: SignInHelp, now: datetime) -> None:
    notify.compose(
        kinds.PROVIDER_SIGN_IN,
        to=[Recipient(email=asked.email, language=asked.language)],
        context={"link": absolute(reverse("account_login"))},
        now=now,
    )
