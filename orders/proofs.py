"""What orders say about whoever knows them: one of REGISTRATION_PROOFS."""

from collections.abc import Collection

from accounts.proofs import Claim, Evidence, weigh
from orders.models import Order
from orders.states import OrderOrigin
from portal.lib.searching import number_starts

__all__ = ["order_proof"]


def order_proof(*, customer_ids: Collection[int], claim: Claim) -> Evidence:
    """The customers of orders with this number, and of those with this amount.

    Orders that the ERP removed prove nothing, nor do those that began in the portal: whoever placed
    one knows its number and amount without having seen any paper of ours.
    """
    found = Order.objects.filter(
        number_starts("search_key", claim.number),
        customer__in=customer_ids,
        origin=OrderOrigin.ERP,
        removed_at=None,
    )
    return weigh(claim, found.values_list("number", "customer_id", "gross_amount", "currency"))
