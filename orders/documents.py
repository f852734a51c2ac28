"""Documents and deliveries as pages show them."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.db.models import F, Prefetch, QuerySet
from django.urls import reverse

from accounts.document_sources import DocumentSource, Subject
from accounts.documents import DocumentLine, document_line, kept, paper_lines
from accounts.models import PaperKind
from orders.models import Delivery, Order, OrderDocument, Shipment
from orders.services import papers

__all__ = [
    "SOURCE",
    "confirmation_lines",
    "deliveries_of",
    "delivery_lines",
    "document_lines",
    "notes_among",
    "subjects",
    "with_papers",
]

Kind = OrderDocument.Kind

SOURCE = DocumentSource(
    code="orders",
    thing="order",
    papers=papers.confirmations,
    page="customer:order-page",
    pages="customer:order-list",
)


def subjects(orders: Sequence[Order]) -> list[Subject]:
    """The orders as things whose confirmations can be sent; `customer` has to be at hand."""
    others = [order.pk for order in orders if not papers.may_confirm(order)]
    on_file = OrderDocument.objects.filter(order__in=others, delivery=None, removed_at=None)
    with_papers_on_file = set(on_file.values_list("order_id", flat=True))
    return [
        Subject(
            object_id=order.pk,
            number=order.number,
            customer=order.customer,
            paper=PaperKind.CONFIRMATION,
            has_papers=order.pk not in others or order.pk in with_papers_on_file,
        )
        for order in orders
    ]


def deliveries_of(orders: Iterable[Order | int] | QuerySet[Order]) -> list[Delivery]:
    """The deliveries of the orders in the order they leave, with shipments and papers at hand."""
    return with_papers(Delivery.objects.filter(order__in=orders, removed_at=None))


def with_papers(deliveries: QuerySet[Delivery]) -> list[Delivery]:
    """The same for these deliveries. Their `order` is at hand too."""
    found = list(
        deliveries.select_related("order")
        .prefetch_related(
            Prefetch("shipments", Shipment.objects.order_by("position")),
            Prefetch("documents", OrderDocument.objects.filter(removed_at=None).order_by("pk")),
        )
        .order_by(F("departed_at").asc(nulls_last=True), "number", "pk")
    )
    for delivery in found:
        delivery.has_papers = papers.may_note(delivery) or bool(delivery.documents.all())
    return found


def document_lines(
    order: Order, deliveries: Iterable[Delivery], *, audience: str
) -> list[DocumentLine]:
    """Everything on file about an order as lines: its own papers, then those of its deliveries.

    The deliveries are those of `deliveries_of`.
    """
    own = list(order.documents.of_order_itself())
    confirmations = [document for document in own if document.kind == Kind.CONFIRMATION]
    others = [document for document in own if document.kind != Kind.CONFIRMATION]
    return [
        *_confirmations(order, confirmations, audience=audience),
        *_as_they_are(order, others, audience=audience),
        *(line for each in deliveries for line in delivery_lines(each, audience=audience)),
    ]


def confirmation_lines(
    order: Order, documents: Sequence[OrderDocument], *, audience: str
) -> list[DocumentLine]:
    """The confirmations among an order's own papers as lines; none: the others."""
    confirmations = [document for document in documents if document.kind == Kind.CONFIRMATION]
    return _confirmations(order, confirmations, audience=audience) or _as_they_are(
        order, documents, audience=audience
    )


def notes_among(documents: Iterable[OrderDocument]) -> list[OrderDocument]:
    """Of a delivery's papers its notes, the ERP's or else ours."""
    return kept([document for document in documents if document.kind == Kind.DELIVERY_NOTE])


def delivery_lines(delivery: Delivery, *, audience: str) -> list[DocumentLine]:
    """The papers of a delivery of `with_papers` as lines, its notes first."""
    order, documents = delivery.order, list(delivery.documents.all())
    current = reverse(f"{audience}:delivery-papers", args=[delivery.number])
    meant = urlencode({"source": delivery.source, "kind": Kind.DELIVERY_NOTE})
    return [
        *paper_lines(
            notes_among(documents),
            prints=papers.may_note(delivery),
            title=f"{Kind.DELIVERY_NOTE.label} {delivery.number}",
            current=f"{current}?{meant}",
            href=lambda document: _href(order, document, audience),
        ),
        *_as_they_are(
            order,
            [document for document in documents if document.kind != Kind.DELIVERY_NOTE],
            audience=audience,
        ),
    ]


def _confirmations(
    order: Order, confirmations: Sequence[OrderDocument], *, audience: str
) -> list[DocumentLine]:
    current = reverse(f"{audience}:order-papers", args=[order.number])
    return paper_lines(
        confirmations,
        prints=papers.may_confirm(order),
        title=f"{Kind.CONFIRMATION.label} {order.number}",
        current=f"{current}?{urlencode({'source': order.source})}",
        href=lambda document: _href(order, document, audience),
    )


def _as_they_are(
    order: Order, documents: Iterable[OrderDocument], *, audience: str
) -> list[DocumentLine]:
    return [
        document_line(document, href=_href(order, document, audience)) for document in documents
    ]


def _href(order: Order, document: OrderDocument, audience: str) -> str:
    return reverse(f"{audience}:order-document", args=[order.number, document.pk])
