from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import PrivateLink
from orders.models.order import Order
from orders.states import CHANGE_MARKS, ChangeKind, ChangeState

__all__ = ["OrderChange"]


class OrderChangeQuerySet(models.QuerySet):
    def open(self) -> "OrderChangeQuerySet":
        """Those that wait for the office."""
        return self.filter(state=ChangeState.OPEN)

    def locked(self) -> "OrderChangeQuerySet":
        """Lock the rows of proposals alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class OrderChange(models.Model):
    """What a customer wants changed of an order that was sent, and what the office said to it.

    A proposal: the order stays as it is until the office accepts. `before` is what stood when it
    was asked for and `wish` what is to stand instead, as `orders.contents` writes them; a
    cancellation has neither. At most one of an order is open. What was asked never changes, an
    answer is given once, and no row is deleted: triggers hold that.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="changes", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=ChangeKind.choices)
    before = models.JSONField(_("what stood"), null=True)
    wish = models.JSONField(_("what is wished for"), null=True)
    reason = models.CharField(_("reason"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    name = models.CharField(_("asked by"), max_length=200)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    # Links are forgotten long after their time; which one it was stays evidence.
    link = models.ForeignKey(
        PrivateLink,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("private link"),
    )
    address = models.GenericIPAddressField(_("from where"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=ChangeState.choices, default=ChangeState.OPEN
    )
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answer = models.CharField(_("answer"), max_length=2000, blank=True)

    objects = OrderChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change asked for")
        verbose_name_plural = _("changes asked for")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="order_change_one_open", fields=["order"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="order_change_says_what",
                condition=Q(kind="change", before__isnull=False, wish__isnull=False)
                | Q(kind="cancel", before__isnull=True, wish__isnull=True) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="order_change_answered_once",
                condition=Q(state="open", decided_at=None, decided_by=None)
                | Q(state="withdrawn", decided_at__isnull=False)
                | Q(
                    state__in=["accepted", "refused"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(name="order_change_by_somebody", condition=~Q(name="")),
        ]
        indexes = [models.Index(F("order"), F("asked_at").desc(), name="order_change_of_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}, {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == ChangeState.OPEN

    @property
    def is_cancellation(self) -> bool:
        return self.kind == ChangeKind.CANCEL

    @property
    def contents(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What stood and what is wished for; empty for a cancellation."""
        return self.before or {}, self.wish or {}

    @property
    def mark(self) -> str:
        """The kind of the status mark, one of the six of the look."""
        return CHANGE_MARKS[ChangeState(self.state)]
