from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer

__all__ = ["MailPassword"]


class MailPassword(models.Model):
    """The word that opens a customer's secure mail, agreed by telephone or letter.

    Kept apart from the customer, whose columns every page reads, and as a hash that nobody reads
    the word from.
    """

    customer = models.OneToOneField(
        Customer,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="mail_password",
        verbose_name=_("customer"),
    )
    encoded = models.CharField(max_length=128, editable=False)
    set_at = models.DateTimeField(_("set"), editable=False)

    class Meta:
        verbose_name = _("e-mail password")
        verbose_name_plural = _("e-mail passwords")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="mail_password_is_there", condition=~Q(encoded=""))
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.customer_id}"
