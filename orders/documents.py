"""Documents and deliveries as pages show them."""

from collections.abc import Iterable

from django.db.models import F, Prefetch, QuerySet
from django.urls import reverse

from accounts.documents import DocumentLine, document_line
from orders.models import Delivery, Order, OrderDocument, Shipment

__all__ = ["deliveries_of", "document_lines"]


def deliveries_of(orders: Iterable[Order | int] | QuerySet[Order]) -> list[Delivery]:
    """The deliveries of the orders in the order they leave, with shipments and papers at hand."""
    return list(
        Delivery.objects.filter(order__in=orders, removed_at=None)
        .prefetch_related(
            Prefetch("shipments", Shipment.objects.order_by("position")),
            Prefetch("documents", OrderDocument.objects.filter(removed_at=None).order_by("pk")),
        )
        .order_by(F("departed_at").asc(nulls_last=True), "number", "pk")
    )


def document_lines(documents: Iterable[OrderDocument], *, audience: str) -> list[DocumentLine]:
    """The documents as lines, each with the address that opens it; `order` has to be at hand."""
    route = f"{audience}:order-document"
    return [
        document_line(document, href=reverse(route, args=[document.order.number, document.pk]))
        for document in documents
    ]
