from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from erp_bridge.models.binding import FEED_CHOICES
from erp_bridge.models.connection import Connection

__all__ = ["Look"]


class Look(models.Model):
    """Somebody asked what an ERP holds for a record now; answered once, and forgotten after a day.

    It is asked for by its ERP id where that is known, else by `number`, which may be an id too.
    `records` are what the ERP holds, as it was read; `unreadable` what could not be read. Nothing
    of it is taken over.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="+", verbose_name=_("connection")
    )
    feed = models.CharField(_("feed"), max_length=12, choices=FEED_CHOICES)
    remote_id = models.CharField(_("ERP id"), max_length=100, blank=True)
    number = models.CharField(_("number"), max_length=100, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"))
    claimed_until = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True)
    milliseconds = models.PositiveIntegerField(_("took, ms"), null=True)
    records = models.JSONField(_("records as read"), default=list)
    unreadable = models.JSONField(_("unreadable rows"), default=list)
    failure = models.CharField(_("why there is no answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("look into an ERP")
        verbose_name_plural = _("looks into ERPs")
        constraints = [
            models.CheckConstraint(
                name="look_names_a_record", condition=~Q(remote_id="", number="")
            ),
            models.UniqueConstraint(
                name="look_asked_once_at_a_time",
                fields=["connection", "feed", "remote_id", "number"],
                condition=Q(answered_at=None),
            ),
        ]
        indexes = [
            models.Index(F("asked_at"), name="look_to_answer", condition=Q(answered_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.remote_id or self.number}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None
