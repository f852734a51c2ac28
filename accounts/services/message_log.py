"""What the office does about messages that wait or failed. Each function is one transaction."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.channels import channel_of
from accounts.models import ChannelRest, OutgoingMessage
from accounts.services import audit
from accounts.services.notify import RETRIED_FOR, SEND
from accounts.states import MessageState
from portal.lib.bells import ring
from portal.lib.errors import DomainError
from portal.lib.paging import count_up_to

__all__ = ["NoUse", "cancel", "how_many_failed", "is_anything_resting", "try_again"]


class NoUse(DomainError):
    """Trying this message again cannot do any good."""

    user_message = _("The message has no good address, or what it says has ended.")


@transaction.atomic
def try_again(*, message_id: int, now: datetime) -> OutgoingMessage:
    """Send a failed message once more, for another three days. Others stay as they are.

    Raises NoUse where the address is none or the message's time has run out.
    """
    message = OutgoingMessage.objects.locked().get(pk=message_id)
    if not message.can_be_retried:
        return message
    channel = channel_of(message.channel)
    is_over = message.expires_at is not None and message.expires_at <= now
    if is_over or channel is None or not channel.is_address(message.recipient_address):
        raise NoUse(f"message {message_id}")
    message.move_to(
        MessageState.QUEUED, due_at=now, retry_until=now + RETRIED_FOR, attempts=0, failure=""
    )
    _note("message_retried", message, now)
    ring(SEND)
    return message


@transaction.atomic
def cancel(*, message_id: int, now: datetime) -> OutgoingMessage:
    """Never send a message that waits or failed. One that is on its way or sent stays as it is."""
    message = OutgoingMessage.objects.locked().get(pk=message_id)
    if not message.can_be_cancelled:
        return message
    message.move_to(MessageState.CANCELLED, sealed_links="")
    _note("message_cancelled", message, now)
    return message


def how_many_failed() -> int:
    """How many need a person; one more than COUNTED_ROWS stands for every larger number."""
    return count_up_to(OutgoingMessage.objects.filter(state=MessageState.FAILED))


def is_anything_resting() -> bool:
    """Whether a channel cannot be reached, so that messages wait."""
    return ChannelRest.objects.exists()


def _note(kind: str, message: OutgoingMessage, now: datetime) -> None:
    audit.record(
        kind=kind,
        subject=f"{message.subject}, {message.recipient_address}",
        customer_id=message.customer_id,
        now=now,
    )
