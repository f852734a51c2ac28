from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, FiledDocument

__all__ = ["Statement"]


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user, section="invoices") -> "StatementQuerySet":
        """What the person asked for, as long as it may see every customer on it."""
        customers = list(user.customers_with(section).values_list("pk", flat=True))
        return self.filter(requested_by=user, customer_ids__contained_by=customers)


class Statement(FiledDocument):
    """A printed statement: what was open on a day, of the customers one person asked for.

    `customer` is whom it is addressed to; `customer_ids` are all customers on it, in order.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    customer_ids = ArrayField(models.BigIntegerField(), editable=False)
    as_of = models.DateField(_("as of"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked for by"),
    )

    objects = StatementQuerySet.as_manager()

    class Meta(FiledDocument.Meta):
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            *FiledDocument.Meta.constraints,
            models.UniqueConstraint(
                name="statement_version_once",
                fields=["requested_by", "customer", "customer_ids", "as_of", "version"],
            ),
            models.CheckConstraint(
                name="statement_names_customers", condition=Q(customer_ids__len__gt=0)
            ),
        ]
        indexes = [
            models.Index(F("wanted_at"), name="statement_wanted", condition=Q(state="wanted"))
        ]
