import json
import secrets
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Upper
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.models.stored_file import StoredFile
from accounts.states import MARKS, MESSAGE_MOVES, AttemptOutcome, MessageState
from portal.lib.secrets import open_sealed

__all__ = [
    "ChannelRest",
    "IllegalMove",
    "MessageAttachment",
    "MessageAttempt",
    "OutgoingMessage",
    "new_message_id",
]

# Control characters: in a header they would begin another one.
_ONE_LINE = r"^[^\x01-\x1f\x7f]*$"


class IllegalMove(Exception):
    """A message cannot go from its state to the wanted one."""


def new_message_id() -> str:
    """The id a mail keeps through every try, so that whoever gets it twice can tell."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return f"<{secrets.token_hex(16)}@{domain}>"


class MessageQuerySet(models.QuerySet):
    def locked(self) -> "MessageQuerySet":
        """Lock the message rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class OutgoingMessage(models.Model):
    """One message to one person by one channel, in the words it goes out with.

    Written in the transaction of what it tells of, sent by the worker, kept as the log. What was
    said never changes. Private links are no part of the words: they are sealed beside them until
    the message is sent, and then forgotten.
    """

    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("customer")
    )
    recipient_name = models.CharField(_("recipient"), max_length=200, blank=True)
    recipient_address = models.CharField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    body_text = models.TextField(_("words"))
    body_html = models.TextField(_("words as HTML"), blank=True)
    sealed_links = models.TextField(blank=True, editable=False)
    thread = models.CharField(_("thread"), max_length=80, blank=True)
    message_id = models.CharField(
        _("message id"), max_length=200, unique=True, default=new_message_id, editable=False
    )
    state = models.CharField(
        _("state"), max_length=9, choices=MessageState.choices, default=MessageState.QUEUED
    )
    due_at = models.DateTimeField(_("due"))
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    failure = models.CharField(_("what went wrong"), max_length=500, blank=True)
    retry_until = models.DateTimeField(_("tried until"))
    expires_at = models.DateTimeField(_("of no use after"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField(_("written"))
    search_text = models.GeneratedField(
        expression=Upper(
            Concat(
                F("recipient_name"),
                Value("|"),
                F("recipient_address"),
                Value("|"),
                F("subject"),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                name="message_state_is_known", condition=Q(state__in=MessageState.values)
            ),
            models.CheckConstraint(
                name="message_sent_has_a_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="message_sending_has_a_claim",
                condition=Q(state="sending", claimed_until__isnull=False)
                | (~Q(state="sending") & Q(claimed_until=None)),
            ),
            models.CheckConstraint(
                name="message_headers_are_one_line",
                condition=Q(subject__regex=_ONE_LINE)
                & Q(recipient_name__regex=_ONE_LINE)
                & Q(recipient_address__regex=_ONE_LINE)
                & Q(message_id__regex=_ONE_LINE)
                & Q(thread__regex=_ONE_LINE),
            ),
            models.CheckConstraint(
                name="message_ended_keeps_no_links",
                condition=~Q(state__in=["sent", "cancelled"]) | Q(sealed_links=""),
            ),
        ]
        indexes = [
            models.Index(name="message_due", fields=["due_at", "id"], condition=Q(state="queued")),
            models.Index(
                name="message_claimed", fields=["claimed_until"], condition=Q(state="sending")
            ),
            models.Index(name="message_newest", fields=["created_at", "id"]),
            models.Index(name="message_by_state", fields=["state", "created_at", "id"]),
            models.Index(name="message_by_kind", fields=["kind", "created_at", "id"]),
            models.Index(name="message_of_customer", fields=["customer", "created_at", "id"]),
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="message_search"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_address} ({self.state})"

    @property
    def can_be_retried(self) -> bool:
        return self.state == MessageState.FAILED

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in (MessageState.QUEUED, MessageState.FAILED)

    @property
    def mark(self) -> str:
        """The kind of status that pages show it by."""
        return MARKS[MessageState(self.state)]

    def with_links(self) -> tuple[str, str]:
        """The words as plain text and as HTML, with the private links in their places."""
        text, html = self.body_text, self.body_html
        if self.sealed_links:
            for hidden, link in json.loads(open_sealed(self.sealed_links)).items():
                text, html = text.replace(hidden, link), html.replace(hidden, link)
        return text, html

    def move_to(self, state: MessageState, **also: Any) -> None:
        """Go to the state, if there is a way, and write it with the other fields."""
        if state not in MESSAGE_MOVES[MessageState(self.state)]:
            raise IllegalMove(f"message {self.pk}: {self.state} -> {state}")
        for field, value in {"state": state, **also}.items():
            setattr(self, field, value)
        self.save(update_fields=["state", *also])


class MessageAttachment(models.Model):
    """A file that goes along with a message, under the name its reader sees."""

    message = models.ForeignKey(
        OutgoingMessage, on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                name="message_attachment_name_is_one_line",
                condition=Q(name__regex=_ONE_LINE) & ~Q(name=""),
            )
        ]

    def __str__(self) -> str:
        return self.name


class MessageAttempt(models.Model):
    """One try to send a message, and what the other side said. Never changed."""

    message = models.ForeignKey(OutgoingMessage, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("tried"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=AttemptOutcome.choices)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        constraints = [
            models.CheckConstraint(
                name="message_attempt_outcome_is_known",
                condition=Q(outcome__in=AttemptOutcome.values),
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"


class ChannelRest(models.Model):
    """A channel whose server cannot be reached, and until when nobody asks it again.

    The row goes when a message gets through.
    """

    channel = models.CharField(_("channel"), max_length=20, primary_key=True)
    failing_since = models.DateTimeField(_("failing since"))
    rests_until = models.DateTimeField(_("asked again"))
    failures = models.PositiveIntegerField(_("failures"), default=0)
    failure = models.CharField(_("what went wrong"), max_length=500)

    class Meta:
        verbose_name = _("resting channel")
        verbose_name_plural = _("resting channels")

    def __str__(self) -> str:
        return self.channel
