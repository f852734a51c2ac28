"""Messages to people, composed as services compose them."""

from itertools import count

from django.utils import timezone

from accounts.kinds import SET_PASSWORD
from accounts.messaging import Recipient
from accounts.models import OutgoingMessage
from accounts.services import notify, stored_files

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


def a_message_with_a_file(*, pk):
    """A message and its attachment, both of this key."""
    now = timezone.now()
    composed = a_message(now=now)
    OutgoingMessage.objects.filter(pk=composed.pk).update(id=pk)
    stored = stored_files.keep(content=b"%PDF-1.7", media_type="application/pdf", now=now)
    message = OutgoingMessage.objects.get(pk=pk)
    message.attachments.create(pk=pk, file=stored, name="Invoice 7.pdf")
    return message
