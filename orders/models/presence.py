from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.request import OrderRequest

__all__ = ["Presence"]


class Presence(models.Model):
    """That somebody of the office has a request open, and when the page last said so.

    One row a person and request, written over while the page is open. It tells others for a minute
    and is nothing to be kept (`orders.services.presence`).
    """

    request = models.ForeignKey(
        OrderRequest,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("request"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
    )
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="presence_once", fields=["request", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.request_id}"
