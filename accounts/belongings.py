"""What belongs to a customer and goes along when it is merged with another one.

Each app with rows of customers registers them when it is ready; merging lives below the apps that
have them. A test holds that every column that points at a customer is either here or said to stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

__all__ = ["ACCOUNTS", "BEFORE_CUSTOMERS", "Belonging", "known", "register"]


# The rank of what is locked before customers are.
BEFORE_CUSTOMERS = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """The rows of a model that point at the customer by a column.

    `rank` is the place of the model in docs/locking.md: rows are locked in that order. With
    `to_payer` they go to whoever pays for the customer that stays. `once` names a column that a
    customer has each value of at most once, capitals aside: what the survivor has stays as it is,
    and the other row where it was.
    """

    rank: int
    model: str
    column: str = "customer"
    to_payer: bool = False
    once: str = ""

    def rows(self, customer_id: int) -> models.QuerySet[Any]:
        """Those of the customer."""
        model: Any = apps.get_model(self.model)
        return model._default_manager.filter(**{self.column: customer_id})

    def going(self, *, away_id: int, survivor_id: int) -> models.QuerySet[Any]:
        """Those of the one customer that the other can get."""
        rows = self.rows(away_id)
        if not self.once:
            return rows
        there = self.rows(survivor_id).filter(**{f"{self.once}__iexact": OuterRef(self.once)})
        return rows.filter(~Exists(there))

    @property
    def label(self) -> Any:
        return apps.get_model(self.model)._meta.verbose_name_plural


_known: dict[tuple[str, str], Belonging] = {}


def register(belongings: Iterable[Belonging]) -> None:
    """Make them known; the same ones again change nothing."""
    for each in belongings:
        _known[each.model, each.column] = each


def known() -> list[Belonging]:
    """All of them, in the order in which their rows are locked."""
    return sorted(_known.values(), key=lambda each: (each.rank, each.model, each.column))


# Addresses and messages are locked after everything else.
ACCOUNTS = [
    Belonging(rank=20, model="accounts.Address"),
    Belonging(rank=30, model="accounts.OutgoingMessage"),
]
