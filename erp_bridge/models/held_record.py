from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp_bridge.models.binding import FEED_CHOICES
from erp_bridge.models.connection import Connection
from portal.lib.sentences import again

__all__ = ["HeldRecord"]


class HeldRecord(models.Model):
    """An ERP row that is not taken over, or not wholly: it waits for another row or for a person.

    Never lost: a row that waits is tried again when its parent comes, a parked one when the ERP
    sends it anew or somebody asks. From `due_at` on the worker asks the ERP for it, or for its
    parent, again. It goes away when the record is taken over whole or deleted in the ERP.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PARKED = "parked", _("Parked")
        INCOMPLETE = "incomplete", _("Here, a link is open")

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="+", verbose_name=_("connection")
    )
    feed = models.CharField(_("feed"), max_length=12, choices=FEED_CHOICES)
    remote_id = models.CharField(_("ERP id"), max_length=100)
    number = models.CharField(_("number"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=500)
    reason_made_of = models.JSONField(null=True, editable=False)
    waits_for_feed = models.CharField(max_length=12, choices=FEED_CHOICES, blank=True)
    waits_for_id = models.CharField(max_length=100, blank=True)
    record = models.JSONField(_("record as read"), null=True)
    raw = models.TextField(_("as the ERP sent it"), blank=True)
    changed_at = models.DateTimeField(_("change stamp"), null=True)
    held_at = models.DateTimeField(_("held since"))
    tried_at = models.DateTimeField(_("last try"))
    tries = models.PositiveIntegerField(_("tries"), default=1)
    due_at = models.DateTimeField(_("next try"), null=True)

    class Meta:
        verbose_name = _("held record")
        verbose_name_plural = _("held records")
        constraints = [
            models.UniqueConstraint(
                name="held_record_once", fields=["connection", "feed", "remote_id"]
            ),
            models.CheckConstraint(
                name="held_record_waits_for_something",
                condition=Q(state="parked") | ~Q(waits_for_id=""),
            ),
        ]
        indexes = [
            models.Index(
                name="held_record_waiting_for",
                fields=["connection", "waits_for_feed", "waits_for_id"],
                condition=~Q(state="parked"),
            ),
            models.Index(
                name="held_record_due", fields=["connection", "due_at"], condition=~Q(due_at=None)
            ),
            models.Index(name="held_record_by_state", fields=["state", "held_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.remote_id or self.number}"

    @property
    def why(self) -> str:
        """The reason in the reader's language; what a connector says of a row has one alone."""
        return again(self.reason_made_of) if self.reason_made_of else self.reason
