from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer

__all__ = ["CustomerMerge", "DuplicateSearch", "PossibleDuplicate"]


class CustomerMerge(models.Model):
    """A customer born here that was joined with another one.

    The row stays for good: what the old customer's number, links and drafts mean is the survivor.
    A survivor that is merged itself takes its rows along, so one step always leads to the end.
    """

    away = models.OneToOneField(
        Customer,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="merge",
        verbose_name=_("customer"),
    )
    survivor = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="merged", verbose_name=_("merged into")
    )
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("merged by"),
    )

    class Meta:
        verbose_name = _("merged customer")
        verbose_name_plural = _("merged customers")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="customer_merge_into_another", condition=~Q(away=F("survivor"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.away_id} into {self.survivor_id}"


class PossibleDuplicateQuerySet(models.QuerySet):
    def open(self) -> "PossibleDuplicateQuerySet":
        """Those that the office has said nothing about, of customers that are both there.

        A pair that was found while one of them was being merged, or that the ERP has removed one
        of, is no question any more.
        """
        return self.filter(dismissed_at=None, newcomer__removed_at=None, other__removed_at=None)


class PossibleDuplicate(models.Model):
    """A customer born here and another one that may be the same company, for the office to say.

    Once said not to be, a pair is not found again.
    """

    class Reason(models.TextChoices):
        BUSINESS_ID = "business_id", _("Same business id or VAT id")
        EMAIL = "email", _("Same e-mail address")
        DOMAIN = "domain", _("People of the same e-mail domain")
        NAME = "name", _("Similar name, same postal code")
        ASKED = "asked", _("Its own people ask for it")

    newcomer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("new customer")
    )
    other = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("other customer")
    )
    reasons = ArrayField(
        models.CharField(max_length=20, choices=Reason.choices), verbose_name=_("reasons")
    )
    found_at = models.DateTimeField(_("found"))
    dismissed_at = models.DateTimeField(_("not a duplicate since"), null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("said by"),
    )

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="possible_duplicate_once", fields=["newcomer", "other"]),
            models.CheckConstraint(
                name="possible_duplicate_of_another", condition=~Q(newcomer=F("other"))
            ),
        ]
        indexes = [
            models.Index(
                F("found_at").desc(),
                F("id").desc(),
                name="possible_duplicate_open",
                condition=Q(dismissed_at=None),
            ),
            models.Index(
                F("found_at").desc(),
                F("id").desc(),
                name="possible_duplicate_said",
                condition=Q(dismissed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newcomer_id} and {self.other_id}"

    @property
    def reason_labels(self) -> list[str]:
        return [str(reason.label) for reason in self.Reason if reason in self.reasons]


class DuplicateSearch(models.Model):
    """A customer born here that the worker is to compare with all others; gone when it has."""

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    asked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"search for {self.customer_id}"
