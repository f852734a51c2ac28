from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.sections import Section

__all__ = ["Membership"]


class MembershipQuerySet(models.QuerySet):
    def granting(self, section: str | None) -> "MembershipQuerySet":
        """The memberships that hold the section; every one when no section is asked for."""
        if section is None:
            return self
        return self.filter(Q(is_admin=True) | Q(sections__contains=[str(section)]))

    def reaching(self, customer: Customer) -> "MembershipQuerySet":
        """The memberships that hold something at the customer: its own, and those of its family."""
        reaching = Q(customer_id=customer.pk)
        if customer.family_id is not None:
            reaching |= Q(covers_family=True, customer__family_id=customer.family_id)
        return self.filter(reaching)

    def customers(self) -> models.QuerySet[Customer]:
        """The customers these memberships reach: their own, and those of a family they cover.

        Removed customers stay reachable: their history does not vanish with them. A union of two
        lists of keys, because the planner would answer an OR by reading every customer.
        """
        families = self.filter(covers_family=True, customer__family__isnull=False)
        return Customer.objects.filter(
            pk__in=self.values("customer_id").union(
                Customer.objects.filter(
                    family_id__in=families.values("customer__family_id")
                ).values("pk")
            )
        )


class Membership(models.Model):
    """One person's rights at one customer, or at its whole family.

    An account admin holds every section, whatever is listed.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("customer")
    )
    is_admin = models.BooleanField(_("account admin"), default=False)
    sections = ArrayField(
        models.CharField(max_length=20, choices=Section.choices),
        verbose_name=_("allowed sections"),
        default=list,
        blank=True,
    )
    covers_family = models.BooleanField(
        _("covers the family"),
        default=False,
        help_text=_("The same rights at every customer with the same statistics id."),
    )
    created_at = models.DateTimeField(_("created"), editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["user", "customer"]),
            models.CheckConstraint(
                name="membership_sections_are_known",
                condition=Q(sections__contained_by=[section.value for section in Section]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.customer_id}"

    @property
    def rights(self) -> dict[str, Any]:
        """What is granted, as the audit keeps it."""
        return {
            "is_admin": self.is_admin,
            "sections": list(self.sections),
            "covers_family": self.covers_family,
        }

    def grants(self, section: Section | str) -> bool:
        return self.is_admin or str(section) in self.sections
