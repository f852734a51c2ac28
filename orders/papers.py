"""Offers, order confirmations and delivery notes as plain values, ready to be laid out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from orders.contents import said
from orders.differences import Told
from orders.models import Delivery, Order, OrderLine, Shipment
from orders.wishes import GoodsWish, StopWish
from portal.lib.papers import Letterhead, PaperLine, Party, Totals, fingerprint, totals

__all__ = [
    "ConfirmationPaper",
    "DeliveryNotePaper",
    "OfferPaper",
    "PaperShipment",
    "confirmation_fingerprint",
    "confirmation_paper",
    "confirmation_said",
    "delivery_note_fingerprint",
    "delivery_note_paper",
]


# An order's stops and goods; orders of an ERP have neither.
Way = tuple[Sequence[StopWish], Sequence[GoodsWish]]
NO_ANSWERS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmationPaper:
    letterhead: Letterhead
    recipient: Party
    customer: Party
    ship_to: Party | None
    language: str
    is_draft: bool = False
    number: str
    issued_on: date
    ordered_on: date
    requested_on: date | None = None
    customer_reference: str = ""
    delivery_method: str = ""
    delivery_terms: str = ""
    payment_terms: str = ""
    note: str = ""
    stops: tuple[StopWish, ...] = ()
    goods: tuple[GoodsWish, ...] = ()
    # Passengers, equipment and what the driver is told, by the names of the questions.
    answers: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    # The version that was sent before and what is different from it.
    since: int = 0
    changes: tuple[Told, ...] = ()
    lines: tuple[PaperLine, ...]
    totals: Totals

    @property
    def has_discounts(self) -> bool:
        return any(line.discount_percent for line in self.lines)

    @property
    def has_prices(self) -> bool:
        return bool(self.lines or self.totals.gross_amount)


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperShipment:
    """Weights in kg, volume in m³."""

    number: str
    forwarding_agent: str = ""
    tracking_number: str = ""
    packages: int | None = None
    package_type: str = ""
    net_weight: Decimal | None = None
    gross_weight: Decimal | None = None
    volume: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryNotePaper:
    """Goes with the goods, so it is addressed to where they go and names no prices.

    `lines` is empty where the order leaves in several deliveries: which goods are in which is not
    known.
    """

    letterhead: Letterhead
    recipient: Party
    customer: Party
    language: str
    is_draft: bool = False
    number: str
    issued_on: date
    order_number: str
    customer_reference: str = ""
    method: str = ""
    terms: str = ""
    lines: tuple[PaperLine, ...]
    shipments: tuple[PaperShipment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferPaper:
    """`lines` are included, `options` are what may be chosen beside or instead of them."""

    letterhead: Letterhead
    recipient: Party
    customer: Party
    language: str
    is_draft: bool = False
    number: str
    version: int
    issued_on: date
    valid_on: date
    customer_reference: str = ""
    text: str = ""
    terms: str = ""
    closing: str = ""
    way: tuple[tuple[str, str], ...] = ()
    lines: tuple[PaperLine, ...]
    options: tuple[PaperLine, ...]
    totals: Totals

    @property
    def has_discounts(self) -> bool:
        return any(line.discount_percent for line in (*self.lines, *self.options))


def confirmation_paper(
    order: Order,
    lines: Iterable[OrderLine],
    *,
    way: Way = ((), ()),
    answers: Mapping[str, Any] = NO_ANSWERS,
    version: int = 1,
    since: int = 0,
    changes: Iterable[Told] = (),
    letterhead: Letterhead,
    recipient: Party,
    customer: Party,
    ship_to: Party | None,
    payment_terms: str,
    language: str,
    issued_on: date,
    is_draft: bool = False,
) -> ConfirmationPaper:
    rows = tuple(
        PaperLine(
            position=line.position,
            product_number=line.product_number,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            vat_rate=line.vat_rate,
            net_amount=line.net_amount,
        )
        for line in lines
    )
    return ConfirmationPaper(
        letterhead=letterhead,
        recipient=recipient,
        customer=customer,
        ship_to=ship_to,
        language=language,
        is_draft=is_draft,
        number=order.number,
        issued_on=issued_on,
        ordered_on=timezone.localdate(order.ordered_at),
        requested_on=order.requested_on,
        customer_reference=order.customer_reference,
        delivery_method=order.delivery_method,
        delivery_terms=order.delivery_terms,
        payment_terms=payment_terms,
        note=order.note,
        stops=tuple(way[0]),
        goods=tuple(way[1]),
        answers=answers,
        version=version,
        since=since,
        changes=tuple(changes),
        lines=rows,
        totals=totals(
            rows,
            currency=order.currency,
            net_amount=order.net_amount,
            vat_amount=order.vat_amount,
            gross_amount=order.gross_amount,
        ),
    )


def delivery_note_paper(
    delivery: Delivery,
    lines: Iterable[OrderLine],
    shipments: Iterable[Shipment],
    *,
    order: Order,
    letterhead: Letterhead,
    recipient: Party,
    customer: Party,
    language: str,
    issued_on: date,
    is_draft: bool = False,
) -> DeliveryNotePaper:
    """`lines` are the order's lines that this delivery brings, none where that is not known."""
    return DeliveryNotePaper(
        letterhead=letterhead,
        recipient=recipient,
        customer=customer,
        language=language,
        is_draft=is_draft,
        number=delivery.number,
        issued_on=issued_on,
        order_number=order.number,
        customer_reference=order.customer_reference,
        method=delivery.method or order.delivery_method,
        terms=delivery.terms or order.delivery_terms,
        lines=tuple(
            PaperLine(
                position=line.position,
                product_number=line.product_number,
                description=line.description,
                quantity=line.delivered_quantity or line.quantity,
                unit=line.unit,
            )
            for line in lines
        ),
        shipments=tuple(
            PaperShipment(
                number=shipment.number,
                forwarding_agent=shipment.forwarding_agent,
                tracking_number=shipment.tracking_number,
                packages=shipment.packages,
                package_type=shipment.package_type,
                net_weight=shipment.net_weight,
                gross_weight=shipment.gross_weight,
                volume=shipment.volume,
            )
            for shipment in shipments
        ),
    )


def confirmation_fingerprint(
    order: Order,
    lines: Iterable[OrderLine],
    way: Way = ((), ()),
    answers: Mapping[str, Any] = NO_ANSWERS,
) -> str:
    """Equal as long as what was agreed has not changed.

    Progress and invoicing do not count. Another list of fields here would make a new version of
    every paper that is opened again.
    """
    return fingerprint(
        [
            order.number,
            order.customer_reference,
            order.requested_on,
            order.currency,
            order.net_amount,
            order.vat_amount,
            order.gross_amount,
            order.delivery_method,
            order.delivery_terms,
            order.note,
            order.ship_to_name,
            order.ship_to_street,
            order.ship_to_postal_code,
            order.ship_to_city,
            order.ship_to_country,
            *(
                [
                    line.position,
                    line.product_number,
                    line.description,
                    line.quantity,
                    line.unit,
                    line.unit_price,
                    line.discount_percent,
                    line.vat_rate,
                    line.net_amount,
                ]
                for line in lines
            ),
            *(list(asdict(row).values()) for rows in way for row in rows),
            *sorted(answers.items()),
        ]
    )


def confirmation_said(
    order: Order,
    lines: Iterable[OrderLine],
    way: Way,
    answers: Mapping[str, Any] = NO_ANSWERS,
) -> dict[str, Any]:
    """What the confirmation says, as a content that the next one is compared with.

    Where the order has stops, the place of delivery and its day are theirs and are told once.
    """
    stops, goods = way
    paper: dict[str, Any] = {
        "customer_reference": order.customer_reference,
        "delivery_method": order.delivery_method,
        "delivery_terms": order.delivery_terms,
        "note": order.note,
        "gross_amount": f"{order.gross_amount.normalize():f} {order.currency}",
    }
    if not stops:
        town = f"{order.ship_to_postal_code} {order.ship_to_city}".strip()
        place = (order.ship_to_name, order.ship_to_street, town, order.ship_to_country)
        paper |= {"requested_on": order.requested_on, "ship_to": ", ".join(filter(None, place))}
    names = (
        "product_number",
        "description",
        "quantity",
        "unit",
        "unit_price",
        "discount_percent",
        "vat_rate",
        "net_amount",
    )
    return {
        "paper": said(paper),
        "answers": dict(answers),
        "stops": [said(asdict(stop)) for stop in stops],
        "goods": [said(asdict(row)) for row in goods],
        "lines": [said({name: getattr(line, name) for name in names}) for line in lines],
    }


def delivery_note_fingerprint(
    delivery: Delivery, lines: Iterable[OrderLine], shipments: Iterable[Shipment]
) -> str:
    """Equal as long as the same goods leave in the same shipments."""
    return fingerprint(
        [
            delivery.number,
            delivery.departed_at,
            *([line.position, line.product_number, line.delivered_quantity] for line in lines),
            *(
                [
                    shipment.number,
                    shipment.forwarding_agent,
                    shipment.tracking_number,
                    shipment.packages,
                    shipment.package_type,
                    shipment.net_weight,
                    shipment.gross_weight,
                    shipment.volume,
                ]
                for shipment in shipments
            ),
        ]
    )
