import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, StoredFile
from orders.models.order_link import OrderLink
from orders.models.order_type import OrderType
from orders.models.request import OrderRequest

__all__ = ["DraftFile", "OrderDraft"]


class OrderDraft(models.Model):
    """An order form that somebody is filling in, kept as it was typed.

    Whoever has the token has a guest's draft: it is in the address, without a cookie, so that it
    works in a frame of another site. A member's draft is one person's for one customer, and opens
    by its key. `language` is the one that its numbers were typed in; drafts of before there was one
    have none. `revision` counts the savings, so that two tabs do not overwrite each other. A draft
    is sent once.
    """

    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    link = models.ForeignKey(
        OrderLink, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("link")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("customer")
    )
    # The guest customer whose order the draft repeats: it was begun by that order's private link.
    known = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("guest")
    )
    order_type = models.ForeignKey(
        OrderType, on_delete=models.PROTECT, related_name="+", verbose_name=_("order type")
    )
    sent_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    typed = models.JSONField(_("what was typed"), default=dict)
    language = models.CharField(_("language"), max_length=10, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("begun"), editable=False)
    saved_at = models.DateTimeField(_("saved"), editable=False)
    expires_at = models.DateTimeField(_("kept until"), editable=False)
    request = models.ForeignKey(
        OrderRequest,
        on_delete=models.PROTECT,
        null=True,
        related_name="drafts",
        verbose_name=_("what it became"),
    )

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                name="order_draft_of_a_link_or_a_member",
                condition=Q(link__isnull=False) | Q(user__isnull=False, customer__isnull=False),
            )
        ]
        indexes = [
            models.Index(name="order_draft_ending", fields=["expires_at"]),
            models.Index(
                name="order_draft_of_user",
                fields=["user", "saved_at"],
                condition=Q(user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def way(self) -> str:
        """From where to where, as far as it was typed."""
        cities = [stop.get("city", "") for stop in self.typed.get("stops", ())]
        return " – ".join(filter(None, cities))  # noqa: RUF001

    @property
    def is_sent(self) -> bool:
        return self.request_id is not None


class DraftFile(models.Model):
    """A file that was attached to a draft, under the name it came with."""

    draft = models.ForeignKey(
        OrderDraft, on_delete=models.CASCADE, related_name="files", verbose_name=_("draft")
    )
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("file of a draft")
        verbose_name_plural = _("files of drafts")
        constraints = [
            models.UniqueConstraint(name="draft_file_once", fields=["draft", "file", "name"])
        ]

    def __str__(self) -> str:
        return self.name
