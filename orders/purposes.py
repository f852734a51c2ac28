"""Private links about orders."""

from django.utils.translation import gettext_lazy as _

from accounts.purposes import CLAIM, Purpose

__all__ = ["OFFER", "OWN_ORDER", "PURPOSES"]

OFFER = "offer"
OWN_ORDER = "own_order"

PURPOSES = [
    Purpose(
        code=CLAIM,
        page="orders.views.claiming.claim_link",
        ended=_("Sign in to see your orders. If you have no password yet, set a new one there."),
    ),
    Purpose(
        code=OFFER,
        page="orders.views.offer_link.offer",
        ended=_("Ask us for a new link, or sign in."),
    ),
    Purpose(
        code=OWN_ORDER,
        page="orders.views.own_order.own_order",
        ended=_("Sign in to see your orders, or ask us for a new link."),
    ),
]
