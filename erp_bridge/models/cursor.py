from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp_bridge.models.binding import FEED_CHOICES
from erp_bridge.models.connection import Connection

__all__ = ["Cursor"]


class Cursor(models.Model):
    """How far one feed has been read, and when it is read next.

    `watermark_at` and `watermark_id` are the place after the newest row taken over; a run starts
    an overlap before it. `resume_at` and `resume_id` are where an unfinished full run goes on. A
    feed without an interval is off. `leased_until` keeps a second run away while one is at work;
    should both work all the same, the row's lock lets them write one page after the other.
    """

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
    leased_until = models.DateTimeField(null=True, editable=False)
    succeeded_at = models.DateTimeField(_("last complete run"), null=True, editable=False)
    failed_at = models.DateTimeField(_("failing since"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
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
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.feed}"
