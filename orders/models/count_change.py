from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["CountChange"]


class CountChange(models.Model):
    """By how much something changed how many things wait for the office.

    Triggers on requests, offers and proposals add these rows, in the transaction of the change, and
    never change one: nobody waits for a counter, whoever else is at it. The number is the sum of a
    counter's rows; the worker folds them into one (`orders.services.counters`).
    """

    class Counter(models.TextChoices):
        REQUESTS = "requests", _("New offer requests")
        ORDERS = "orders", _("New orders")
        APPROVED = "approved", _("Approved offers")
        CHANGES = "changes", _("Changes asked for")

    counter = models.CharField(_("counter"), max_length=8, choices=Counter.choices)
    delta = models.IntegerField(_("change"))

    class Meta:
        verbose_name = _("change of a counter")
        verbose_name_plural = _("changes of counters")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="count_change_of_a_counter",
                condition=Q(counter__in=["requests", "orders", "approved", "changes"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.counter} {self.delta:+}"
