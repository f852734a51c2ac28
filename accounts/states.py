"""The lives of messages, registrations and imports: every legal move is listed here alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = [
    "IMPORT_MARKS",
    "IMPORT_MOVES",
    "MARKS",
    "MESSAGE_MOVES",
    "REGISTRATION_MOVES",
    "AttemptOutcome",
    "ImportState",
    "MessageState",
    "OnError",
    "Refusal",
    "RegistrationState",
    "RowOutcome",
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


class ImportState(models.TextChoices):
    WAITING = "waiting", _("Being checked")
    CHECKED = "checked", _("Checked")
    CONFIRMED = "confirmed", _("Checked once more")
    APPLYING = "applying", _("Being imported")
    DONE = "done", _("Imported")
    STOPPED = "stopped", _("Stopped")
    UNREADABLE = "unreadable", _("Not readable")
    WITHDRAWN = "withdrawn", _("Withdrawn")


IMPORT_MOVES = {
    ImportState.WAITING: {ImportState.CHECKED, ImportState.UNREADABLE, ImportState.WITHDRAWN},
    ImportState.CHECKED: {ImportState.CONFIRMED, ImportState.WITHDRAWN},
    # Back, where a row has become wrong since the check and one wrong row stops all.
    ImportState.CONFIRMED: {ImportState.APPLYING, ImportState.CHECKED},
    ImportState.APPLYING: {ImportState.DONE, ImportState.STOPPED},
    ImportState.DONE: set(),
    ImportState.STOPPED: set(),
    ImportState.UNREADABLE: set(),
    ImportState.WITHDRAWN: set(),
}


IMPORT_MARKS = {
    ImportState.WAITING: "go",
    ImportState.CHECKED: "wait",
    ImportState.CONFIRMED: "go",
    ImportState.APPLYING: "go",
    ImportState.DONE: "done",
    ImportState.STOPPED: "look",
    ImportState.UNREADABLE: "stop",
    ImportState.WITHDRAWN: "off",
}


class OnError(models.TextChoices):
    STOP = "stop", _("Stop: import nothing while a row is wrong")
    SKIP = "skip", _("Skip: import the right rows, leave the wrong ones out")


class RowOutcome(models.TextChoices):
    """What a row does, or has done."""

    CREATED = "created", _("Created")
    INVITED = "invited", _("Invited")
    UPDATED = "updated", _("Updated")
    DELETED = "deleted", _("Deleted")
    UNCHANGED = "unchanged", _("Unchanged")
    FAILED = "failed", _("Not imported")
