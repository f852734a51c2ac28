"""What matters now to a customer: for its home page, and nothing that grows with its history."""

from collections.abc import Sequence

from django.db.models import Min, OuterRef, QuerySet, Subquery

from accounts.models import Customer, User
from orders.models import Delivery, Order, OrderDocument
from orders.states import OrderStatus

__all__ = ["expecting", "latest_papers", "under_way"]

# Papers are looked for among this many of the newest orders.
RECENT_ORDERS = 50


def expecting(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with `expected_on`: the first planned day of a delivery not yet delivered."""
    planned = (
        Delivery.objects.filter(order=OuterRef("pk"), removed_at=None, delivered_at=None)
        .values("order")
        .values(first=Min("planned_on"))
    )
    return orders.annotate(expected_on=Subquery(planned))


def under_way(*, user: User, customer: Customer, limit: int = 5) -> Sequence[Order]:
    """The newest open orders whose goods are still to come, with `expected_on`; one query."""
    orders = Order.objects.visible_to(user).filter(customer=customer).open()
    coming = orders.exclude(status=OrderStatus.DELIVERED)
    return list(expecting(coming).order_by("-ordered_at", "-id")[:limit])


def latest_papers(*, user: User, customer: Customer, limit: int = 3) -> Sequence[OrderDocument]:
    """The papers issued last for recent orders, with order and delivery; one query."""
    orders = Order.objects.visible_to(user).filter(customer=customer)
    recent = orders.order_by("-ordered_at", "-id").values("pk")[:RECENT_ORDERS]
    papers = OrderDocument.objects.filter(order__in=recent, removed_at=None).exclude(issued_at=None)
    return list(papers.select_related("order", "delivery").order_by("-issued_at", "-pk")[:limit])
