"""Proposals as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orders.differences import Told, differences, in_words
from orders.models import Order, OrderChange
from orders.states import ChangeState

__all__ = ["ShownChange", "shown_changes"]

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One proposal with its differences in words, who asked for it and who answered it."""

    change: OrderChange
    differences: Sequence[Told]
    asked_by: str
    answered_by: str

    @property
    def title(self) -> Any:
        return _("Cancellation asked for") if self.change.is_cancellation else _("Change asked for")

    @property
    def has_answer(self) -> bool:
        return self.change.state in (ChangeState.ACCEPTED, ChangeState.REFUSED)


def shown_changes(order: Order, *, names_staff: bool = False) -> list[ShownChange]:
    """The order's proposals, the newest first; one query. Customers read no names of staff."""
    found = OrderChange.objects.filter(order=order).select_related("decided_by", "user")
    return [
        ShownChange(
            change=change,
            differences=in_words(differences(*change.contents)),
            asked_by=_asked_by(change, names_staff=names_staff),
            answered_by=change.decided_by.get_full_name()
            if names_staff and change.decided_by
            else "",
        )
        for change in found.order_by("-asked_at", "-pk")[:MOST_SHOWN]
    ]


def _asked_by(change: OrderChange, *, names_staff: bool) -> str:
    """Staff who asked for the customer did so in the company's name; the office reads their own."""
    if names_staff and change.user is not None and change.user.is_staff:
        return f"{change.name} ({change.user.get_full_name()})"
    return change.name
