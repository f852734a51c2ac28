"""People who register, and their attempts on their way through the services."""

import re
from itertools import count

from django.utils import timezone

from accounts.models import OutgoingMessage
from accounts.services import delivery, registration
from accounts.services.registration import Wish

_numbers = count(1)


def a_wish(document=None, **fields):
    """What somebody types off this invoice or order."""
    if document is not None:
        fields = {
            "customer_number": document.customer.number,
            "document_number": document.number,
            "amount": str(document.gross_amount),
        } | fields
    return Wish(
        **{
            "first_name": "Sam",
            "last_name": "Otter",
            "email": f"newcomer-{next(_numbers)}@customer.example",
            "language": "en",
            "customer_number": "10001",
            "document_number": "300412",
            "amount": "125.50",
        }
        | fields
    )


def an_attempt(document=None, *, token=None, now=None, **fields):
    """An attempt as it stands right after the form was sent."""
    return registration.begin(
        token=token or registration.new_token(),
        wish=a_wish(document, **fields),
        now=now or timezone.now(),
    )


def typed(wish, **fields):
    """The wish as the form posts it."""
    names = ("first_name", "last_name", "email", "customer_number", "document_number", "amount")
    values = {name: getattr(wish, name) for name in names}
    return {**values, "email_again": wish.email, **fields}


def kinds_sent():
    """The kinds of all messages, with whom they go to."""
    return list(OutgoingMessage.objects.order_by("pk").values_list("kind", "recipient_address"))


def mailed_token(mailoutbox):
    """The token in the newest mail, after the worker has sent what waits."""
    delivery.send_due(clock=timezone.now)
    return re.search(r"/p/([\w-]{43})/", mailoutbox[-1].body)[1]
