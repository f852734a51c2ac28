from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.models.message import OutgoingMessage

__all__ = ["Sending", "SendingItem"]


class SendingQuerySet(models.QuerySet):
    def locked(self) -> "SendingQuerySet":
        """Lock the rows alone, in key order; those that another worker has are left to it."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=True)


class Sending(models.Model):
    """Documents of one customer that somebody had e-mailed, and to whom.

    Written at once; the worker writes the messages when the documents are there. `token` is the
    form's: a form that is sent twice is one sending. Never changed afterwards: it is the history.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for the documents")
        SENT = "sent", _("Handed over")
        FAILED = "failed", _("Not sent")

    token = models.UUIDField(editable=False)
    source = models.CharField(_("documents of"), max_length=20)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    # Each with email, name, language, phone and user_id, as accounts.messaging.Recipient has them.
    recipients = models.JSONField(_("recipients"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    asked_at = models.DateTimeField(_("asked for"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    # When the worker had the papers brought or printed that were not there.
    wanted_at = models.DateTimeField(null=True, editable=False)
    # How often the portal has failed on it, and until when it is left alone after the last time.
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    try_after = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True)
    messages = models.ManyToManyField(OutgoingMessage, related_name="+", verbose_name=_("messages"))

    objects = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending of documents")
        verbose_name_plural = _("sendings of documents")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="sending_once", fields=["token", "customer"]),
            models.CheckConstraint(
                name="sending_state_is_known",
                condition=Q(state="waiting", ended_at=None)
                | Q(state__in=["sent", "failed"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(F("asked_at"), name="sending_waiting", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.source} to {len(self.recipients)}, {self.state}"


class SendingItem(models.Model):
    """One thing whose documents were to be sent, and the files that were, by their names."""

    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="items")
    object_id = models.BigIntegerField(editable=False)
    # What gave occasion to it, where the source's letter tells of that.
    occasion_id = models.BigIntegerField(null=True, editable=False)
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("title"), max_length=120)
    files = ArrayField(models.CharField(max_length=200), verbose_name=_("files"), default=list)
    source = models.CharField(max_length=20, editable=False)

    class Meta:
        verbose_name = _("sent thing")
        verbose_name_plural = _("sent things")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="sending_item_once", fields=["sending", "object_id"])
        ]
        indexes = [models.Index(name="sending_item_of", fields=["source", "object_id"])]

    def __str__(self) -> str:
        return self.title
