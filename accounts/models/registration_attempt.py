from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.models.message import IllegalMove
from accounts.states import REGISTRATION_MOVES, Refusal, RegistrationState

__all__ = ["RegistrationAttempt"]


class RegistrationAttempt(models.Model):
    """Somebody says to belong to a customer: what was typed, and how the check of it went.

    Nobody can sign in by it: the user is made when the mailed link is used, and no address is
    taken before. The page of an attempt is found by a token of which only the hash is here. Rows
    are forgotten after a while.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    customer_number = models.CharField(_("customer number"), max_length=40)
    document_number = models.CharField(_("invoice or order number"), max_length=40)
    amount = models.CharField(_("its amount"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=RegistrationState.choices)
    refusal = models.CharField(_("reason"), max_length=20, choices=Refusal.choices, blank=True)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    created_at = models.DateTimeField(_("sent"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"), null=True)
    claimed_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.CheckConstraint(
                name="registration_state_is_known", condition=Q(state__in=RegistrationState.values)
            ),
            models.CheckConstraint(
                name="registration_refused_has_a_reason",
                condition=Q(state="refused", refusal__in=Refusal.values)
                | ~Q(state="refused") & Q(refusal=""),
            ),
            models.CheckConstraint(
                name="registration_proven_has_a_customer",
                condition=Q(state__in=["proven", "registered"], customer__isnull=False)
                | ~Q(state__in=["proven", "registered"]),
            ),
            models.CheckConstraint(
                name="registration_is_due_while_checking",
                condition=Q(state="checking", due_at__isnull=False, decided_at=None)
                | ~Q(state="checking") & Q(due_at=None, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="registration_due", fields=["due_at"], condition=Q(due_at__isnull=False)
            ),
            models.Index(name="registration_oldest", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.customer_number} {self.state}"

    @property
    def is_checking(self) -> bool:
        return self.state == RegistrationState.CHECKING

    @property
    def is_proven(self) -> bool:
        return self.state == RegistrationState.PROVEN

    @property
    def is_registered(self) -> bool:
        return self.state == RegistrationState.REGISTERED

    @property
    def is_refused(self) -> bool:
        return self.state == RegistrationState.REFUSED

    def move_to(self, state: RegistrationState, **also: Any) -> None:
        """Go to the state, if there is a way, and write it with the other fields."""
        if state not in REGISTRATION_MOVES[RegistrationState(self.state)]:
            raise IllegalMove(f"registration {self.pk}: {self.state} -> {state}")
        for field, value in {"state": state, **also}.items():
            setattr(self, field, value)
        self.save(update_fields=["state", *also])
