"""The rows of the order lists: everything a row shows, written once in the reader's language.

A list is drawn far more often than anything else here, so its template prints plain texts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.models import Order
from orders.services.papers import may_confirm
from portal.lib.addresses import address
from portal.lib.dates import day_of, day_text, moment_text

__all__ = [
    "EXPORT_HEADS",
    "OrderRow",
    "columns",
    "columns_with_customer",
    "export_columns",
    "exported",
    "order_rows",
]

_COLUMNS = (
    "number",
    "customer",
    "customer_reference",
    "status",
    "invoicing",
    "ordered_at",
    "ship_to_name",
    "ship_to_city",
    "removed_at",
)

EXPORT_HEADS = (
    "Order",
    "PO / reference",
    "Customer number",
    "Customer",
    "Ordered",
    "Requested for",
    "Status",
    "Invoicing",
    "Currency",
    "Net",
    "VAT",
    "Total",
    "Deliver to",
    "Street",
    "Postal code",
    "City",
    "Country",
    "Delivery method",
    "Delivery terms",
)


# In the order of the heads; the key at the end is for the pages of the export alone.
_EXPORTED = (
    "number",
    "customer_reference",
    "customer__number",
    "customer__name",
    "ordered_at",
    "requested_on",
    "status",
    "invoicing",
    "currency",
    "net_amount",
    "vat_amount",
    "gross_amount",
    "ship_to_name",
    "ship_to_street",
    "ship_to_postal_code",
    "ship_to_city",
    "ship_to_country",
    "delivery_method",
    "delivery_terms",
    "id",
)


_ICONS = """
SELECT order_id, true
  FROM orders_orderdocument
 WHERE order_id = ANY(%(orders)s) AND delivery_id IS NULL AND removed_at IS NULL
 UNION
SELECT order_id, false
  FROM orders_delivery
 WHERE order_id = ANY(%(orders)s) AND removed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as a list shows it. Addresses may be empty; `offer` is one that is out."""

    order_id: int
    key: str
    choose_label: str
    number: str
    href: str
    reference: str
    customer_number: str
    customer_name: str
    day: str
    ordered: str
    ordered_at: str
    deliver_to: str
    status: Any
    mark: str
    is_removed: bool
    papers: str
    papers_label: str
    deliveries: str
    deliveries_id: str
    deliveries_label: str
    is_open: bool
    again: str
    again_label: str
    offer: str
    offer_label: str


def columns(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with what a row of one customer's list needs."""
    return orders.only(*_COLUMNS)


def columns_with_customer(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The same for orders of many customers."""
    return orders.select_related("customer").only(*_COLUMNS, "customer__number", "customer__name")


def order_rows(
    orders: Iterable[Order],
    *,
    audience: str,
    opened: str,
    drawer: Callable[[str], str],
    may_order: bool = False,
) -> list[OrderRow]:
    """The rows of a page of orders, `customer` at hand; one query.

    `opened` is the number of the order whose deliveries are shown; `drawer` is the address of this
    page with the deliveries of one number open, or with none for an empty number. `may_order` says
    whether the reader may order the same again.
    """
    orders = list(orders)
    have_papers, have_deliveries = _with_icons([order.pk for order in orders])
    have_papers |= {order.pk for order in orders if may_confirm(order)}
    href = address(f"{audience}:order-page")
    papers = address(f"{audience}:order-papers")
    papers_label = _("Documents of order %(number)s, opens in a new tab")
    deliveries_label = _("Deliveries of order %(number)s")
    choose_label = _("Choose order %(number)s")
    offer = address("customer:offer") if audience == "customer" else None
    offer_label = _("Read offer %(number)s")
    form = reverse("customer:order-form") if may_order else ""
    again_label = _("Order %(number)s again")
    rows = []
    for order in orders:
        day = day_of(order.ordered_at)
        is_open = order.number == opened and order.pk in have_deliveries
        rows.append(
            OrderRow(
                order_id=order.pk,
                key=str(order.pk),
                choose_label=choose_label % {"number": order.number},
                number=order.number,
                href=href(order.number),
                reference=order.customer_reference,
                customer_number=order.customer.number,
                customer_name=order.customer.name,
                day=day.isoformat(),
                ordered=day_text(day),
                ordered_at=moment_text(order.ordered_at),
                deliver_to=", ".join(filter(None, (order.ship_to_name, order.ship_to_city))),
                status=order.shown_status.label,
                mark=order.status_mark,
                is_removed=order.is_removed,
                papers=papers(order.number) if order.pk in have_papers else "",
                papers_label=papers_label % {"number": order.number},
                deliveries=drawer("" if is_open else order.number)
                if order.pk in have_deliveries
                else "",
                deliveries_id=f"deliveries-{order.pk}",
                deliveries_label=deliveries_label % {"number": order.number},
                is_open=is_open,
                again=f"{form}?again={order.pk}" if form else "",
                again_label=again_label % {"number": order.number},
                offer=offer(order.number) if offer and order.has_offer_out else "",
                offer_label=offer_label % {"number": order.number},
            )
        )
    return rows


def _with_icons(order_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Those of the orders that have papers of their own on file, and those with deliveries.

    Asked for the rows shown: as subqueries of the list, PostgreSQL hashes whole tables for them.
    Written by hand: Django takes longer to build the union than PostgreSQL to answer it.
    """
    have: tuple[set[int], set[int]] = set(), set()
    with connection.cursor() as cursor:
        cursor.execute(_ICONS, {"orders": list(order_ids)})
        for order_id, is_of_order in cursor:
            have[0 if is_of_order else 1].add(order_id)
    return have


def export_columns(orders: QuerySet[Order]) -> QuerySet[Any]:
    """The columns of an export instead of orders: half the work for a row that is only written."""
    return orders.values_list(*_EXPORTED, named=True)


def exported(rows: Iterable[Any], *, zone: tzinfo) -> Iterator[tuple[Any, ...]]:
    """The rows of an export, in the order of EXPORT_HEADS, from those of `export_columns`.

    The zone is given, because rows are written when the request and its zone are over.
    """
    day = _EXPORTED.index("ordered_at")
    for row in rows:
        yield (*row[:day], row.ordered_at.astimezone(zone).date(), *row[day + 1 : -1])
