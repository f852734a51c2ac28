"""The lists of orders and invoices against a bare Django view of the same newest orders."""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.sections import Section
from accounts.services import membership
from invoices import filters as invoices_filters
from invoices.models import Invoice
from invoices.states import InvoiceGroup
from orders import filters as orders_filters
from orders.models import Order
from orders.states import OrderGroup
from portal.lib.lists import OFFICE_ROWS
from portal.lib.paging import PageKeys
from tests.bench.frame import Result, client_of, compared, in_turns, page_of, use_database
from tests.bench.rows import BIG, SMALL, fill

EXPORT_ROUNDS = 3
OFFICE = ["view_order", "view_invoice"]


def run(sizes: Sequence[int]) -> Iterator[Result]:
    """Every list at every size, then how much the size matters."""
    firsts: dict[str, dict[int, float]] = {}
    for size in sizes:
        if use_database(f"lists_{size}"):
            fill(size)
            _people()
        for list_name, results in (("My orders", _orders), ("My invoices", _invoices)):
            for result in results(f"{size:,} rows"):
                firsts.setdefault(list_name, {}).setdefault(size, result.ratio)
                yield result
    if len(sizes) > 1:
        for list_name, ratios in firsts.items():
            yield Result(
                name=f"{list_name}, {max(sizes):,} rows to {min(sizes):,}",
                ratio=ratios[max(sizes)] / ratios[min(sizes)],
                bound=1.15,
                note="each measured in floors of its own table",
            )


def _orders(size: str) -> Iterator[Result]:
    hit = _some_reference()
    miss = "ZZZ-77-NOWHERE"
    for customer, who in ((SMALL, "a usual customer"), (BIG, "a tenth of all")):
        client = client_of("small@" if customer == SMALL else "big@")
        floor = page_of(client, f"/floor/{customer}/")
        first = page_of(client, "/orders/")
        yield compared(f"My orders, {who}, {size}", first, floor, bound=1.6)
    for name, query in _filters(OrderGroup.values):
        yield compared(
            f"My orders, {name}, {size}", page_of(client, "/orders/", **query), floor, 1.6
        )
    yield compared(f"My orders, search hit, {size}", page_of(client, "/orders/", q=hit), floor, 2)
    yield compared(f"My orders, search miss, {size}", page_of(client, "/orders/", q=miss), floor, 2)
    deep = page_of(client, "/orders/", after=_deep_order(Order.objects.filter(customer=BIG)))
    yield compared(f"My orders, deep page to first, {size}", deep, first, 1.1)
    yield _exported(client, size)

    clerk = client_of("office@")
    floor = page_of(clerk, "/floor/", rows=OFFICE_ROWS)
    first = page_of(clerk, "/office/orders/")
    yield compared(f"Office orders, {size}", first, floor, 2)
    for name, query in _filters(OrderGroup.values):
        page = page_of(clerk, "/office/orders/", **query)
        yield compared(f"Office orders, {name}, {size}", page, floor, 2)
    yield compared(
        f"Office orders, search hit, {size}", page_of(clerk, "/office/orders/", q=hit), floor, 2
    )
    yield compared(
        f"Office orders, search miss, {size}", page_of(clerk, "/office/orders/", q=miss), floor, 2
    )
    yield compared(
        f"Office orders, customer's name, {size}",
        page_of(clerk, "/office/orders/", q="Handel 8"),
        floor,
        2,
    )
    deep = page_of(clerk, "/office/orders/", after=_deep_order(Order.objects.of_everybody()))
    yield compared(f"Office orders, deep page to first, {size}", deep, first, 1.1)


def _exported(client: Client, size: str) -> Result:
    orders = Order.objects.filter(customer=BIG).select_related("customer")

    def as_csv() -> int:
        return sum(part.count(b"\r\n") for part in client.get("/orders/export.csv"))

    def as_rows() -> int:
        return sum(1 for _ in orders.iterator(chunk_size=2000))

    rows = as_rows()
    seconds, floor = in_turns(as_csv, as_rows, rounds=EXPORT_ROUNDS, warm_up=1)
    return Result(
        name=f"My orders as CSV, rows a second to the ORM's, {size}",
        ratio=floor / seconds,
        bound=0.5,
        more_is_better=True,
        note=f"{rows / seconds:,.0f} rows/s",
    )


def _invoices(size: str) -> Iterator[Result]:
    """The list as it opens, of what is open and its totals; then all invoices, and the office's."""
    hit = _some_reference()
    miss = "ZZZ-77-NOWHERE"
    path = "/invoices/"
    for customer, who in ((SMALL, "a usual customer"), (BIG, "a tenth of all")):
        client = client_of("small@" if customer == SMALL else "big@")
        floor = page_of(client, f"/floor/invoices/{customer}/")
        yield compared(f"My invoices, {who}, {size}", page_of(client, path), floor, bound=1.6)
    every = {"status": "all"}
    first = page_of(client, path, **every)
    for name, query in _filters(InvoiceGroup.values):
        yield compared(f"My invoices, {name}, {size}", page_of(client, path, **query), floor, 1.6)
    search = page_of(client, path, q=hit, **every)
    yield compared(f"My invoices, search hit, {size}", search, floor, 2)
    search = page_of(client, path, q=miss, **every)
    yield compared(f"My invoices, search miss, {size}", search, floor, 2)
    deep = page_of(client, path, after=_deep_invoice(Invoice.objects.filter(customer=BIG)), **every)
    yield compared(f"My invoices, deep page to first, {size}", deep, first, 1.1)

    clerk = client_of("office@")
    path = "/office/invoices/"
    floor = page_of(clerk, "/floor/invoices/", rows=OFFICE_ROWS)
    first = page_of(clerk, path, **every)
    for name, query in _filters(InvoiceGroup.values):
        yield compared(f"Office invoices, {name}, {size}", page_of(clerk, path, **query), floor, 2)
    yield compared(
        f"Office invoices, search hit, {size}", page_of(clerk, path, q=hit, **every), floor, 2
    )
    deep = page_of(clerk, path, after=_deep_invoice(Invoice.objects.all()), **every)
    yield compared(f"Office invoices, deep page to first, {size}", deep, first, 1.1)


def _filters(groups: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """What a list may be narrowed to: each of its groups, and some years that are long past."""
    for group in groups:
        yield group, {"status": group}
    yield "days", {"status": "all", "date_from": "2018-01-01", "date_to": "2020-12-31"}


def _deep_order(orders) -> str:
    return _deep_key(orders, orders_filters.ORDERINGS["newest"])


def _deep_invoice(invoices) -> str:
    return _deep_key(invoices, invoices_filters.ORDERINGS["newest"])


def _deep_key(rows, newest) -> str:
    """The page key in the middle of the list; the offset to find it is not part of any time."""
    return PageKeys(rows.model, newest).write(newest.apply(rows)[rows.count() // 2])


def _some_reference() -> str:
    return Order.objects.filter(customer=BIG).order_by("id")[3].customer_reference


def _people() -> None:
    """A member of a usual customer, one of the biggest, and a clerk."""
    for email, customer in (("small@", SMALL), ("big@", BIG)):
        person = User.objects.create_user(f"{email}bench.example", first_name="Maria")
        membership.grant(
            user_id=person.pk,
            customer_id=customer,
            sections=[Section.ORDERS, Section.INVOICES],
            now=timezone.now(),
        )
    clerk = User.objects.create_user("office@bench.example", first_name="Laura", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=OFFICE))
