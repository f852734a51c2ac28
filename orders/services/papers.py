"""The papers that the portal prints: offers; confirmations and notes where the ERP keeps none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.documents import kept
from accounts.models import PaperKind
from accounts.services import papers
from accounts.services.papers import NotPrinted, Print
from orders.contents import answers_on_paper, offered_way, stops_of
from orders.differences import Told, differences, in_words
from orders.models import (
    Delivery,
    OfferLine,
    OfferVersion,
    Order,
    OrderDocument,
    OrderLine,
    OrderRequest,
    OrderStop,
)
from orders.offer_lines import called
from orders.papers import (
    OfferPaper,
    Way,
    confirmation_fingerprint,
    confirmation_paper,
    confirmation_said,
    delivery_note_fingerprint,
    delivery_note_paper,
)
from orders.services.ordering import way_of, ways_of
from orders.sheets import confirmation_sheet, delivery_note_sheet, offer_sheet
from orders.states import BEFORE_ORDER, EventKind, OrderStatus
from portal.lib.papers import PaperLine, Party, totals

__all__ = [
    "Foretold",
    "changed_since",
    "confirmations",
    "confirmations_among",
    "foretold",
    "may_confirm",
    "may_note",
    "next_version",
    "print_wanted",
    "sent_before",
    "want_confirmation",
    "want_delivery_note",
    "want_offer",
]

Kind = OrderDocument.Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Foretold:
    """The confirmation that would be sent now: its version, and what it says is different.

    `is_again`: the customer has had exactly it. Version 0 is not ours: the ERP's own, or none.
    """

    version: int = 0
    since: int = 0
    changes: Sequence[Told] = ()
    is_again: bool = False


def may_confirm(order: Order) -> bool:
    """Whether the portal prints confirmations and the seller has accepted this order."""
    return (
        papers.is_printed(PaperKind.CONFIRMATION)
        and order.status not in {*BEFORE_ORDER, OrderStatus.RECEIVED, OrderStatus.CANCELLED}
        and not order.is_removed
    )


def may_note(delivery: Delivery) -> bool:
    """Whether the portal prints delivery notes and this delivery has left."""
    return (
        papers.is_printed(PaperKind.DELIVERY_NOTE)
        and delivery.departed_at is not None
        and not delivery.is_removed
    )


@transaction.atomic
def want_confirmation(*, order_id: int, now: datetime) -> OrderDocument:
    """Have the confirmation printed, once for what the order says.

    In the language that whoever ordered asked for, else in the customer's. Raises NotPrinted where
    the ERP keeps one, or while there is nothing to confirm.
    """
    order = Order.objects.locked().get(pk=order_id)
    confirmations = order.documents.filter(kind=Kind.CONFIRMATION, removed_at=None)
    if not may_confirm(order) or confirmations.exclude(source="").exists():
        raise NotPrinted(f"confirmation of order {order_id}")
    request = OrderRequest.objects.filter(pk=order_id).first()
    return papers.ask(
        OrderDocument.objects.filter(order=order, kind=Kind.CONFIRMATION, source=""),
        paper=PaperKind.CONFIRMATION,
        number=order.number,
        fingerprint=confirmation_fingerprint(
            order, _lines(order), way_of(order), answers_on_paper(request)
        ),
        language=request.language if request else papers.language_of(order.customer),
        now=now,
        order=order,
        kind=Kind.CONFIRMATION,
    )


@transaction.atomic
def want_delivery_note(*, delivery_id: int, now: datetime) -> OrderDocument:
    """Have the delivery note printed, once for what the delivery brings.

    Raises NotPrinted where the ERP keeps one, or before the goods have left.
    """
    order_id = Delivery.objects.values_list("order_id", flat=True).get(pk=delivery_id)
    order = Order.objects.locked().get(pk=order_id)
    delivery = Delivery.objects.get(pk=delivery_id)
    notes = delivery.documents.filter(kind=Kind.DELIVERY_NOTE, removed_at=None)
    if not may_note(delivery) or notes.exclude(source="").exists():
        raise NotPrinted(f"note of delivery {delivery_id}")
    return papers.ask(
        OrderDocument.objects.filter(delivery=delivery, kind=Kind.DELIVERY_NOTE, source=""),
        paper=PaperKind.DELIVERY_NOTE,
        number=delivery.number,
        fingerprint=delivery_note_fingerprint(
            delivery, _brought_by(delivery), delivery.shipments.order_by("position")
        ),
        language=papers.language_of(order.customer),
        now=now,
        order=order,
        delivery=delivery,
        kind=Kind.DELIVERY_NOTE,
    )


def want_offer(*, version: OfferVersion, now: datetime) -> OrderDocument:
    """Have a version that was sent printed, once; runs in the transaction of its sending."""
    return papers.ask(
        OrderDocument.objects.filter(order_id=version.offer_id, kind=Kind.OFFER, source=""),
        paper=Kind.OFFER,
        number=version.offer.order.number,
        fingerprint=version.fingerprint,
        language=version.language,
        now=now,
        order_id=version.offer_id,
        kind=Kind.OFFER,
    )


def confirmations(order_id: int, now: datetime) -> list[OrderDocument]:
    """What opens as the confirmation of an order now: the ERP's, ours, or its other papers.

    One of ours that is not there yet is printed.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        return []
    own = list(order.documents.of_order_itself())
    if not any(each.kind == Kind.CONFIRMATION and not each.is_ours for each in own):
        try:
            return [want_confirmation(order_id=order_id, now=now)]
        except NotPrinted:
            pass
    return confirmations_among(own)


def confirmations_among(documents: Sequence[OrderDocument]) -> list[OrderDocument]:
    """Of an order's own papers the confirmations, the ERP's or else ours; none: the others."""
    return kept([each for each in documents if each.kind == Kind.CONFIRMATION]) or list(documents)


def sent_before(document: OrderDocument) -> OrderDocument | None:
    """The version of our confirmation that the customer got before this one.

    Versions that were printed and never sent are passed over.
    """
    if not document.is_ours:
        return None
    own = _confirmations_of_ours(order=document.order_id, version__lt=document.version)
    return own.filter(sent_at__isnull=False, said__isnull=False).order_by("-version").first()


def changed_since(
    document: OrderDocument, now_said: Mapping[str, Any] | None
) -> tuple[int, list[Told]]:
    """The version that was sent before this one, and in words what is different from it.

    Zero and nothing for a first one.
    """
    before = sent_before(document)
    if before is None or now_said is None:
        return 0, []
    return before.version, in_words(differences(before.said or {}, now_said))


def foretold(orders: Iterable[Order]) -> dict[int, Foretold]:
    """What each order's confirmation would be if it were sent now, by the order's key.

    The orders have their requests at hand; as many queries for many as for one. An order that is
    only received is taken as confirmed.
    """
    orders = list(orders)
    keys = [order.pk for order in orders]
    if not papers.is_printed(PaperKind.CONFIRMATION):
        return {key: Foretold() for key in keys}
    of_erp = set(
        OrderDocument.objects.filter(order__in=keys, kind=Kind.CONFIRMATION, removed_at=None)
        .exclude(source="")
        .values_list("order_id", flat=True)
    )
    ours: dict[int, list[OrderDocument]] = {}
    for document in _confirmations_of_ours(order__in=keys).order_by("version"):
        ours.setdefault(document.order_id, []).append(document)
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=keys).order_by("position"):
        lines.setdefault(line.order_id, []).append(line)
    ways = ways_of(keys)
    return {
        order.pk: Foretold()
        if order.pk in of_erp
        else _foretold(order, lines.get(order.pk, []), ways[order.pk], ours.get(order.pk, []))
        for order in orders
    }


def next_version(order: Order) -> int:
    """The number of a confirmation that says something new; 0 where it would not be ours."""
    paper = foretold([order])[order.pk]
    if not paper.version or not may_confirm(order):
        return 0
    return paper.version + paper.is_again


def _foretold(
    order: Order, lines: Sequence[OrderLine], way: Way, ours: Sequence[OrderDocument]
) -> Foretold:
    newest = ours[-1] if ours else None
    answers = answers_on_paper(getattr(order, "request", None))
    fingerprint = confirmation_fingerprint(order, lines, way, answers)
    is_same = newest is not None and newest.fingerprint == fingerprint
    version = (newest.version if newest else 0) + (not is_same)
    before = [each for each in ours if each.version < version and each.sent_at and each.said]
    if newest is not None and is_same and newest.sent_at is not None:
        return Foretold(version=version, is_again=True)
    if not before:
        return Foretold(version=version)
    now_said = confirmation_said(order, lines, way, answers)
    told = in_words(differences(before[-1].said or {}, now_said))
    return Foretold(version=version, since=before[-1].version, changes=tuple(told))


def _confirmations_of_ours(**of: Any) -> QuerySet[OrderDocument]:
    return OrderDocument.objects.filter(kind=Kind.CONFIRMATION, source="", delivery=None, **of)


def print_wanted(*, clock: Callable[[], datetime]) -> None:
    """Print the papers that people have asked for."""
    papers.print_wanted(OrderDocument, compose=_compose, clock=clock)


def _compose(document: OrderDocument) -> Print:
    if document.delivery is not None:
        return _compose_note(document.delivery, document)
    if document.kind == Kind.OFFER:
        return _compose_offer(document)
    order = document.order
    customer = order.customer
    lines, way = _lines(order), way_of(order)
    answers = answers_on_paper(getattr(order, "request", None))
    now_said = confirmation_said(order, lines, way, answers)
    since, changes = changed_since(document, now_said)
    return Print(
        confirmation_sheet(
            confirmation_paper(
                order,
                lines,
                way=way,
                answers=answers,
                version=document.version,
                since=since,
                changes=changes,
                letterhead=papers.letterhead(),
                recipient=papers.party(
                    customer, papers.invoice_address(customer), language=document.language
                ),
                customer=papers.party(customer, language=document.language),
                ship_to=_ship_to(order, document.language),
                payment_terms=customer.payment_terms,
                language=document.language,
                issued_on=_confirmed_on(document),
            )
        ),
        confirmation_fingerprint(order, lines, way, answers),
        {"said": now_said},
    )


def _compose_offer(document: OrderDocument) -> Print:
    version = OfferVersion.objects.select_related("offer__order__customer").get(
        offer_id=document.order_id, fingerprint=document.fingerprint
    )
    order = version.offer.order
    lines = list(version.lines.order_by("position"))
    included = [line for line in lines if line.kind == OfferLine.Kind.INCLUDED]
    return Print(
        offer_sheet(
            OfferPaper(
                letterhead=papers.letterhead(),
                recipient=papers.party(
                    order.customer,
                    papers.invoice_address(order.customer),
                    language=document.language,
                ),
                customer=papers.party(order.customer, language=document.language),
                language=document.language,
                number=order.number,
                version=version.number,
                issued_on=timezone.localdate(version.sent_at or document.issued_at),
                valid_on=version.valid_on,
                customer_reference=order.customer_reference,
                text=version.text,
                terms=version.terms,
                closing=version.closing,
                way=tuple(
                    (
                        str(OrderStop.Kind(stop.kind).label),
                        ", ".join(filter(None, (stop.name, stop.city))),
                    )
                    for stop in stops_of(offered_way(version, order))
                ),
                lines=tuple(map(_offer_line, included)),
                options=tuple(_offer_line(line) for line in lines if line not in included),
                totals=totals(
                    tuple(map(_offer_line, included)),
                    currency=version.currency,
                    net_amount=version.net_amount,
                    vat_amount=version.vat_amount,
                    gross_amount=version.gross_amount,
                ),
            )
        ),
        version.fingerprint,
    )


def _offer_line(line: OfferLine) -> PaperLine:
    return PaperLine(
        position=line.position,
        product_number=line.product_number,
        description=called(line) if line.instead_of else line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        vat_rate=line.vat_rate,
        net_amount=line.net_amount,
    )


def _compose_note(delivery: Delivery, document: OrderDocument) -> Print:
    order = delivery.order
    customer = order.customer
    lines = _brought_by(delivery)
    shipments = list(delivery.shipments.order_by("position"))
    recipient = _ship_to(order, document.language) or papers.party(
        customer, papers.invoice_address(customer), language=document.language
    )
    return Print(
        delivery_note_sheet(
            delivery_note_paper(
                delivery,
                lines,
                shipments,
                order=order,
                letterhead=papers.letterhead(),
                recipient=recipient,
                customer=papers.party(customer, language=document.language),
                language=document.language,
                issued_on=timezone.localdate(delivery.departed_at or document.issued_at),
            )
        ),
        delivery_note_fingerprint(delivery, lines, shipments),
    )


def _confirmed_on(document: OrderDocument) -> date:
    """The day the ERP confirmed the order; a later version is of the day it was asked for."""
    confirmed = document.order.events.filter(kind=EventKind.CONFIRMED).order_by("happened_at")
    station = confirmed.first() if document.version == 1 else None
    return timezone.localdate(station.happened_at if station else document.issued_at)


def _lines(order: Order) -> list[OrderLine]:
    return list(order.lines.order_by("position"))


def _brought_by(delivery: Delivery) -> list[OrderLine]:
    """The lines that a delivery brings: the order's, where it is the order's only delivery."""
    others = Delivery.objects.filter(order_id=delivery.order_id, removed_at=None)
    if others.exclude(pk=delivery.pk).exists():
        return []
    lines = OrderLine.objects.filter(order_id=delivery.order_id).order_by("position")
    return list(lines.exclude(delivered_quantity=0)) or list(lines)


def _ship_to(order: Order, language: str) -> Party | None:
    if not order.ship_to_name and not order.ship_to_city:
        return None
    return Party(
        name=order.ship_to_name or order.customer.name,
        lines=papers.place(
            street=order.ship_to_street,
            postal_code=order.ship_to_postal_code,
            city=order.ship_to_city,
            region=order.ship_to_region,
            country=order.ship_to_country,
            language=language,
        ),
    )
