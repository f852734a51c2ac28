from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp_bridge.models.binding import FEED_CHOICES
from erp_bridge.models.connection import Connection

__all__ = ["Cursor"]


class Cursor(models.Model):
    """How far one feed has been read, and when it is read next.

    `watermark_at` and `watermark_id` are the place after the newest row taken over; it only moves
    forward. `resume_at` and `resume_id` are where an unfinished run from the start goes on; such a
    run leaves the watermark alone. A feed without an interval is off and read only when somebody
    asks. `succeeded_at` is when the last page of the last complete run was asked for: what the ERP
    had changed by then is here.
    """

    class Wanted(models.TextChoices):
        RUN = "run", _("A run")
        FULL = "full", _("A run from the start")

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="cursors", verbose_name=_("connection")
    )
    feed = models.CharField(_("feed"), max_length=12, choices=FEED_CHOICES)
    interval_seconds = models.PositiveIntegerField(
        _("every, s"), null=True, blank=True, help_text=_("Empty: the feed is off.")
    )
    from_date = models.DateField(
        _("from date"), null=True, blank=True, help_text=_("Older changes are not read.")
    )
    max_rows = models.PositiveIntegerField(
        _("rows a run at most"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    watermark_at = models.DateTimeField(_("read up to"), null=True, editable=False)
    watermark_id = models.CharField(max_length=100, blank=True, editable=False)
    resume_at = models.DateTimeField(null=True, editable=False)
    resume_id = models.CharField(max_length=100, blank=True, editable=False)
    due_at = models.DateTimeField(_("next run"), null=True, blank=True)
    wanted = models.CharField(
        _("asked for"), max_length=4, choices=Wanted.choices, blank=True, editable=False
    )
    page_limit = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text=_("Rows a page after failures; grows back to the connection's."),
    )
    succeeded_at = models.DateTimeField(_("last complete run"), null=True, editable=False)
    failed_at = models.DateTimeField(_("failing since"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    needs_person = models.BooleanField(_("needs a person"), default=False, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        constraints = [
            models.UniqueConstraint(name="cursor_once_per_feed", fields=["connection", "feed"]),
            models.CheckConstraint(
                name="cursor_interval_is_positive",
                condition=Q(interval_seconds=None) | Q(interval_seconds__gte=1),
            ),
            models.CheckConstraint(
                name="cursor_wanted_is_known", condition=Q(wanted__in=["", "run", "full"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.feed}"
