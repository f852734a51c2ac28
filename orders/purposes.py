"""Private links about orders."""

from django.utils.translation import gettext_lazy as _

from accounts.purposes import Purpose

__all__ = ["OWN_ORDER", "PURPOSES"]

OWN_ORDER = "own_order"

PURPOSES = [
    Purpose(
        code=OWN_ORDER,
        page="orders.views.own_order.own_order",
        ended=_("Sign in to see your orders, or ask us for a new link."),
    ),
]
