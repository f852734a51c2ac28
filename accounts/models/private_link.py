from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer

__all__ = ["Ending", "PrivateLink"]


class Ending(StrEnum):
    """Why a link opens nothing any more."""

    USED = "used"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class PrivateLink(models.Model):
    """One address sent to one person, which opens one thing for whoever has it.

    Only the SHA-256 of its token is kept, so the table opens nothing. A link that was used or
    withdrawn never opens again.
    """

    purpose = models.CharField(_("purpose"), max_length=20)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="private_links"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, related_name="private_links"
    )
    email = models.EmailField(_("sent to"), blank=True)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("private link")
        verbose_name_plural = _("private links")
        constraints = [
            models.CheckConstraint(
                name="private_link_token_is_hashed",
                condition=Q(token_sha256__regex="^[0-9a-f]{64}$"),  # noqa: S106
            ),
            models.CheckConstraint(
                name="private_link_lasts_a_while", condition=Q(expires_at__gt=F("created_at"))
            ),
            models.CheckConstraint(
                name="private_link_ends_one_way",
                condition=Q(used_at=None) | Q(withdrawn_at=None),
            ),
            models.CheckConstraint(name="private_link_has_a_purpose", condition=~Q(purpose="")),
        ]
        indexes = [
            models.Index(name="private_link_of_user", fields=["user", "purpose"]),
            models.Index(name="private_link_by_end", fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    def ending(self, now: datetime) -> Ending | None:
        """Why the link opens nothing at that moment; None while it opens.

        A person whose access was closed has no open links.
        """
        if self.used_at is not None:
            return Ending.USED
        if self.withdrawn_at is not None or (self.user is not None and not self.user.is_active):
            return Ending.WITHDRAWN
        return Ending.EXPIRED if self.expires_at <= now else None
