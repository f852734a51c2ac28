"""What offers, order confirmations and delivery notes say, in the current language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.differences import answers_told
from orders.papers import ConfirmationPaper, DeliveryNotePaper, OfferPaper, PaperShipment
from orders.templatetags.way import (
    goods_facts,
    package,
    stop_contact,
    stop_kind,
    stop_place,
    stop_time,
)
from orders.wishes import GoodsWish, StopWish
from portal.lib.figures import day, quantity
from portal.lib.sheets import (
    Cell,
    Changes,
    Column,
    Fact,
    Heading,
    Lines,
    Part,
    Sheet,
    Signatures,
    Text,
    fact,
    goods,
    sheet,
    sums,
)

__all__ = ["confirmation_sheet", "delivery_note_sheet", "offer_sheet"]


def confirmation_sheet(paper: ConfirmationPaper) -> Sheet:
    ship_to = paper.ship_to
    return sheet(
        paper,
        title=_confirmation_title(paper),
        subheading=day(paper.issued_on),
        facts=[
            fact(_("Customer"), paper.customer.number),
            fact(_("Ordered"), day(paper.ordered_on)),
            fact(_("Your reference"), paper.customer_reference),
            fact(
                _("Requested for"),
                day(paper.requested_on) if paper.requested_on else "",
                is_strong=True,
            ),
            fact(_("Delivery method"), paper.delivery_method),
            fact(_("Delivery terms"), paper.delivery_terms),
            fact(_("Payment terms"), paper.payment_terms),
            fact(_("Deliver to"), ship_to.name, *ship_to.lines) if ship_to else None,
        ],
        parts=[
            _changed(paper) if paper.changes else None,
            *_way(paper.stops, paper.goods),
            *_answers(paper.answers),
            Heading(text=_("Prices")) if paper.stops and paper.lines else None,
            goods(paper.lines, currency=paper.totals.currency, with_discounts=paper.has_discounts),
            sums(paper.totals, label=_("Total")) if paper.has_prices else None,
            Text(lines=tuple(paper.note.splitlines())) if paper.note else None,
        ],
    )


def _confirmation_title(paper: ConfirmationPaper) -> str:
    """A later version says so on every page."""
    if paper.version == 1:
        return _("Order confirmation %(number)s") % {"number": paper.number}
    words = _("Order confirmation %(number)s, version %(version)s")
    return words % {"number": paper.number, "version": paper.version}


def offer_sheet(paper: OfferPaper) -> Sheet:
    return sheet(
        paper,
        title=_("Offer %(number)s, version %(version)s")
        % {"number": paper.number, "version": paper.version},
        subheading=day(paper.issued_on),
        facts=[
            fact(_("Customer"), paper.customer.number),
            fact(_("Your reference"), paper.customer_reference),
            fact(_("Valid until"), day(paper.valid_on), is_strong=True),
            *(fact(label, place) for label, place in paper.way),
        ],
        parts=[
            Text(lines=tuple(paper.text.splitlines())) if paper.text else None,
            goods(paper.lines, currency=paper.totals.currency, with_discounts=paper.has_discounts),
            sums(paper.totals, label=_("Total")),
            Heading(text=_("Options, not part of the total")) if paper.options else None,
            goods(
                paper.options, currency=paper.totals.currency, with_discounts=paper.has_discounts
            ),
            Heading(text=_("Terms")) if paper.terms else None,
            Text(lines=tuple(paper.terms.splitlines())) if paper.terms else None,
            Text(lines=tuple(paper.closing.splitlines())) if paper.closing else None,
        ],
    )


def delivery_note_sheet(paper: DeliveryNotePaper) -> Sheet:
    return sheet(
        paper,
        title=_("Delivery note %(number)s") % {"number": paper.number},
        subheading=day(paper.issued_on),
        facts=[
            fact(_("Customer"), f"{paper.customer.number}, {paper.customer.name}"),
            fact(_("Order"), paper.order_number),
            fact(_("Your reference"), paper.customer_reference),
            fact(_("Delivery method"), paper.method),
            fact(_("Delivery terms"), paper.terms),
        ],
        parts=[
            Heading(text=_("Shipments")) if paper.shipments else None,
            _shipments(paper.shipments) if paper.shipments else None,
            Heading(text=_("Goods")) if paper.lines else None,
            goods(paper.lines, currency="", with_discounts=False),
            Signatures(labels=(_("Received on"), _("Name"), _("Signature"))),
        ],
    )


def _changed(paper: ConfirmationPaper) -> Changes:
    """What is different from the confirmation that was sent before."""
    return Changes(
        heading=_("Different from version %(version)s") % {"version": paper.since},
        items=tuple(
            Fact(
                label=each.title,
                lines=(each.after, _("before: %(value)s") % {"value": each.before}),
            )
            for each in paper.changes
        ),
    )


def _way(stops: Sequence[StopWish], rows: Sequence[GoodsWish]) -> list[Part]:
    """Where an order goes, and what it takes along."""
    parts: list[Part] = []
    if stops:
        columns = (
            Column(head=pgettext("row of a paper", "No."), kind="position"),
            Column(head=pgettext("of a route", "Stop"), kind="text"),
            Column(head=_("When"), kind="word"),
        )
        parts += [
            Heading(text=_("Stops")),
            Lines(
                columns=columns,
                rows=tuple(_stop(number, stop) for number, stop in enumerate(stops, start=1)),
            ),
        ]
    if rows:
        taken = (
            Column(head=_("Quantity"), kind="figure"),
            Column(head=_("Goods"), kind="text"),
        )
        parts += [Heading(text=_("Goods")), Lines(columns=taken, rows=tuple(map(_goods, rows)))]
    return parts


def _answers(answers: Mapping[str, Any]) -> list[Part]:
    """Passengers, equipment and what the driver is told."""
    if not answers:
        return []
    columns = (
        Column(head=_("What"), kind="word"),
        Column(head=_("Details"), kind="text"),
    )
    rows = tuple(answers_told(answers))
    return [Heading(text=_("Also agreed")), Lines(columns=columns, rows=rows)]


def _stop(number: int, stop: StopWish) -> tuple[Cell, ...]:
    name = ", ".join(filter(None, (str(stop_kind(stop.kind)), stop.name)))
    more = " · ".join(filter(None, (stop_place(stop), stop_contact(stop))))
    return (str(number), (name, more), stop_time(stop))


def _goods(row: GoodsWish) -> tuple[Cell, ...]:
    name = ", ".join(filter(None, (str(package(row.package)), row.description)))
    dangerous = f"UN {row.un_number}, {row.hazard_class}" if row.is_dangerous else ""
    more = " · ".join(filter(None, (dangerous, goods_facts(row))))
    return (quantity(row.quantity), (name, more) if more else name)


def _shipments(shipments: tuple[PaperShipment, ...]) -> Lines:
    return Lines(
        columns=(
            Column(head=_("Shipment"), kind="word"),
            Column(head=_("Forwarding agent"), kind="text"),
            Column(head=_("Tracking number"), kind="word"),
            Column(head=_("Packages"), kind="word"),
            Column(head=_("Net kg"), kind="figure"),
            Column(head=_("Gross kg"), kind="figure"),
            Column(head=_("m³"), kind="figure"),
        ),
        rows=tuple(
            (
                shipment.number,
                shipment.forwarding_agent,
                shipment.tracking_number,
                _packages(shipment),
                *(
                    "" if measure is None else quantity(measure)
                    for measure in (shipment.net_weight, shipment.gross_weight, shipment.volume)
                ),
            )
            for shipment in shipments
        ),
    )


def _packages(shipment: PaperShipment) -> str:
    count = "" if shipment.packages is None else str(shipment.packages)
    return " ".join(part for part in (count, shipment.package_type) if part)
