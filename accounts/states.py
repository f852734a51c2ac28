"""The life of a message: every legal move is listed here and nowhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["MARKS", "MESSAGE_MOVES", "AttemptOutcome", "MessageState"]


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
