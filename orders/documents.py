"""Documents and deliveries as pages show them."""

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Prefetch, QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from orders.models import Delivery, Order, OrderDocument, Shipment
from portal.lib.dates import day_of, day_text

__all__ = ["DocumentLine", "deliveries_of", "document_lines", "file_name", "title"]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a list of documents."""

    title: str
    note: str
    href: str


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
    return [
        DocumentLine(
            title=title(document),
            note=_note(document),
            href=reverse(f"{audience}:order-document", args=[document.order.number, document.pk]),
        )
        for document in documents
    ]


def title(document: OrderDocument) -> str:
    """What a person would call it: its kind and number, or the ERP's name for another paper."""
    if document.kind == OrderDocument.Kind.OTHER:
        return document.name
    return " ".join(filter(None, (str(document.get_kind_display()), document.number)))


def file_name(document: OrderDocument) -> str:
    """The name of the downloaded file, without what file systems mind."""
    plain = "".join("-" if letter in '/\\:*?"<>|' else letter for letter in title(document))
    return f"{plain}{mimetypes.guess_extension(document.media_type) or ''}"


def _note(document: OrderDocument) -> str:
    kind = (mimetypes.guess_extension(document.media_type) or "").lstrip(".").upper()
    size = filesizeformat(document.size) if document.size else ""
    issued = day_text(day_of(document.issued_at)) if document.issued_at else ""
    return " · ".join(filter(None, (", ".join(filter(None, (kind, size))), issued)))
