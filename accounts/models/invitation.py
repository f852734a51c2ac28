from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.sections import Section

__all__ = ["Invitation"]

UNANSWERED = Q(accepted_at=None, withdrawn_at=None)


class InvitationQuerySet(models.QuerySet):
    def unanswered(self) -> "InvitationQuerySet":
        """Those that nobody has accepted or withdrawn, those whose time is over among them."""
        return self.filter(UNANSWERED)

    def locked(self) -> "InvitationQuerySet":
        """Lock the rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Invitation(models.Model):
    """Somebody asked by e-mail to become a member of a customer, with the rights it will bring.

    Answered once: accepted or withdrawn. Until then it may be sent again, which begins its time
    anew and makes whoever sends it the one who answers for it. Whether the address belongs to a
    user already is no part of it: whoever invites must not learn that.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("customer")
    )
    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150)
    is_admin = models.BooleanField(_("account admin"), default=False)
    sections = ArrayField(
        models.CharField(max_length=20, choices=Section.choices),
        verbose_name=_("allowed sections"),
        default=list,
        blank=True,
    )
    covers_family = models.BooleanField(_("covers the family"), default=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                name="invitation_open_once", fields=["customer", "email"], condition=UNANSWERED
            ),
            models.CheckConstraint(
                name="invitation_email_is_lower_case", condition=Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="invitation_sections_are_known",
                condition=Q(sections__contained_by=[section.value for section in Section]),
            ),
            models.CheckConstraint(
                name="invitation_is_answered_one_way",
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="invitation_is_accepted_by_somebody",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.customer_id}"

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at <= now

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def rights(self) -> dict[str, Any]:
        """What accepting grants, as the audit keeps it."""
        return {
            "is_admin": self.is_admin,
            "sections": list(self.sections),
            "covers_family": self.covers_family,
        }
