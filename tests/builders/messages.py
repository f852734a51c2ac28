"""Messages to people, composed as services compose them."""

from itertools import count

from django.utils import timezone

from accounts.kinds import SET_PASSWORD
from accounts.messaging import Recipient
from accounts.services import notify

_numbers = count(1)
LINK = "https://portal.example.com/p/Qm9vLWhvby1pdC1pcy1wcml2YXRl/"


def a_recipient(email=None, **fields):
    fields = {"name": "Maria Anders", "language": "en"} | fields
    return Recipient(email=email or f"reader-{next(_numbers)}@customer.example", **fields)


def a_message(*, to=None, now=None, **fields):
    """A message with a private link that waits to be sent."""
    now = now or timezone.now()
    context = {"link": LINK, "valid_until": "tomorrow"}
    (message,) = notify.compose(
        SET_PASSWORD, to=[to or a_recipient()], context=context, now=now, **fields
    )
    return message
