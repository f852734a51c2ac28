from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.origin import Channel

__all__ = ["AuditEntry"]


class AuditEntry(models.Model):
    """One change of rights, money, documents or settings: who, when, from where, before and after.

    Written once, in the transaction of the change; a trigger refuses to change, delete or truncate.
    `by_office` says that the person was staff at that time, whatever it is now.
    """

    at = models.DateTimeField(_("when"), editable=False)
    kind = models.CharField(_("kind"), max_length=40, editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
        editable=False,
        db_index=False,
    )
    actor_name = models.CharField(_("name"), max_length=600, blank=True, editable=False)
    by_office = models.BooleanField(_("by the office"), default=False, editable=False)
    as_customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("as customer"),
        editable=False,
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
        editable=False,
        db_index=False,
    )
    subject = models.CharField(_("about"), max_length=300, editable=False)
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder, editable=False)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder, editable=False)
    address = models.GenericIPAddressField(_("network address"), null=True, editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="audit_entry_has_a_kind", condition=~Q(kind="")),
            models.CheckConstraint(
                name="audit_entry_channel_is_known", condition=Q(channel__in=Channel.values)
            ),
        ]
        indexes = [
            models.Index(name="audit_by_time", fields=["at", "id"]),
            models.Index(name="audit_by_kind", fields=["kind", "at", "id"]),
            models.Index(name="audit_by_actor", fields=["actor", "at", "id"]),
            models.Index(
                name="audit_by_customer",
                fields=["customer", "at", "id"],
                condition=Q(customer__isnull=False),
            ),
            GinIndex(OpClass(Upper("subject"), "gin_trgm_ops"), name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
