"""The lives of messages and registrations: every legal move is listed here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = [
    "MARKS",
    "MESSAGE_MOVES",
    "REGISTRATION_MOVES",
    "AttemptOutcome",
    "MessageState",
    "Refusal",
    "RegistrationState",
]


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    CANCELLED = "cancelled", _("Cancelled")


MESSAGE_MOVES = {
    # Straight to sent: the answer came after the claim had run out.
    MessageState.QUEUED: {MessageState.SENDING, MessageState.SENT, MessageState.CANCELLED},
    MessageState.SENDING: {MessageState.SENT, MessageState.QUEUED, MessageState.FAILED},
    MessageState.SENT: set(),
    MessageState.FAILED: {MessageState.QUEUED, MessageState.CANCELLED},
    MessageState.CANCELLED: set(),
}


# The kind of status that pages show a message by.
MARKS = {
    MessageState.QUEUED: "wait",
    MessageState.SENDING: "go",
    MessageState.SENT: "done",
    MessageState.FAILED: "stop",
    MessageState.CANCELLED: "off",
}


class AttemptOutcome(models.TextChoices):
    """What became of one try. `UNKNOWN`: the connection, or the worker, ended before the answer."""

    ACCEPTED = "accepted", _("Accepted")
    LATER = "later", _("Asked to wait")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("No answer")


class RegistrationState(models.TextChoices):
    """Checking → proven (a link is on its way) → registered; or refused, or given up."""

    CHECKING = "checking", _("Being checked")
    PROVEN = "proven", _("Link sent")
    REGISTERED = "registered", _("Registered")
    REFUSED = "refused", _("Refused")
    GAVE_UP = "gave_up", _("Could not be checked")


REGISTRATION_MOVES = {
    RegistrationState.CHECKING: {
        RegistrationState.PROVEN,
        RegistrationState.REFUSED,
        RegistrationState.GAVE_UP,
    },
    RegistrationState.PROVEN: {RegistrationState.REGISTERED},
    RegistrationState.REGISTERED: set(),
    RegistrationState.REFUSED: set(),
    RegistrationState.GAVE_UP: set(),
}


class Refusal(models.TextChoices):
    """Why somebody may not register, and the words for it.

    The last two are told only after customer number, document and amount have proved right.
    """

    UNKNOWN_CUSTOMER = (
        "unknown_customer",
        _("We know no customer with this number. It stands on our invoices and confirmations."),
    )
    OTHER_DOCUMENT = (
        "other_document",
        _("This customer has no invoice and no order with this number."),
    )
    OTHER_AMOUNT = (
        "other_amount",
        _(
            "Customer number, document and amount do not belong together. Give the total with VAT,"
            " as it stands on the document."
        ),
    )
    NOT_OPEN = (
        "not_open",
        _("Registration is not possible for this customer. Please contact us."),
    )
    ACCOUNT_EXISTS = (
        "account_exists",
        _("There is an account with this e-mail address already."),
    )
