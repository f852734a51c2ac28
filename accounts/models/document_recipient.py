from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.company import PaperKind
from accounts.models.customer import Customer

__all__ = ["DocumentRecipient"]


class DocumentRecipient(models.Model):
    """An address that gets a kind of paper of a customer besides the customer's own people."""

    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="document_recipients",
        verbose_name=_("customer"),
        # The constraint's index begins with it.
        db_index=False,
    )
    kind = models.CharField(_("kind of paper"), max_length=14, choices=PaperKind.choices)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )

    class Meta:
        verbose_name = _("recipient of papers")
        verbose_name_plural = _("recipients of papers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="document_recipient_once", fields=["customer", "kind", "email"]
            ),
            models.CheckConstraint(
                name="document_recipient_kind_is_known", condition=Q(kind__in=PaperKind.values)
            ),
            models.CheckConstraint(
                name="document_recipient_email_is_lower_case", condition=Q(email=Lower("email"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.kind}"
