from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp_bridge.models.cursor import Cursor

__all__ = ["SyncRun"]


class SyncRun(models.Model):
    """One run of a feed that took something over, failed, or was asked for by a person.

    Polls that find no news leave no row.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        BROKEN_OFF = "broken_off", _("Broken off")

    cursor = models.ForeignKey(
        Cursor, on_delete=models.CASCADE, related_name="runs", verbose_name=_("feed")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING
    )
    is_full = models.BooleanField(_("from the start"), default=False)
    started_at = models.DateTimeField(_("started"))
    touched_at = models.DateTimeField(_("last page"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    expected = models.PositiveIntegerField(_("rows expected"), null=True)
    read = models.PositiveIntegerField(_("rows read"), default=0)
    written = models.PositiveIntegerField(_("rows written"), default=0)
    held = models.PositiveIntegerField(_("rows held"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.CheckConstraint(
                name="sync_run_state_is_known",
                condition=Q(state__in=["running", "done", "failed", "broken_off"]),
            )
        ]
        indexes = [models.Index(name="sync_run_newest", fields=["cursor", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.cursor_id} {self.started_at:%Y-%m-%d %H:%M}"
