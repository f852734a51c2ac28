"""The office's panel against a bare Django view of the newest requests: lists, and the bar.

Every order of the table came in by the form; a fiftieth of them waits.
"""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import Permission

from accounts.models import Customer, User
from accounts.services import saved_filters
from orders.filters import REQUEST_ORDERINGS
from orders.models import Order, OrderRequest
from orders.services import counters
from portal.lib.lists import OFFICE_ROWS
from portal.lib.paging import PageKeys
from tests.bench.frame import Result, client_of, compared, page_of, use_database
from tests.bench.rows import fill_requests

LIST = "/office/requests/"
SAVED = 12


def run(sizes: Sequence[int]) -> Iterator[Result]:
    """Every tab, the filters, the search and a deep page at every size; then the bar."""
    for size in sizes:
        if use_database(f"panel_{size}"):
            fill_requests(size, owner_id=_people())
            counters.mend()
        yield from _panel(f"{size:,} rows")


def _panel(size: str) -> Iterator[Result]:
    clerk = client_of("office@")
    floor = page_of(clerk, "/floor/requests/", rows=OFFICE_ROWS)
    first = page_of(clerk, LIST)
    yield compared(f"Panel, to handle, {size}", first, floor, 2)
    for name, query in (
        ("approved offers", {"status": "approved"}),
        ("mine", {"status": "mine"}),
        ("all", {"status": "all"}),
        ("offer requests", {"kind": "offer"}),
        ("all from the portal", {"status": "all", "origin": "portal"}),
        ("a channel that nobody used", {"status": "all", "origin": "office"}),
        ("search hit", {"status": "all", "q": _some_reference()}),
        ("search miss", {"status": "all", "q": "ZZZ-77-NOWHERE"}),
        ("search among those to handle", {"q": _some_reference()}),
        ("customer's name", {"status": "all", "q": "Handel 8"}),
        ("one customer's name", {"status": "all", "q": _some_customer()}),
        ("oldest first", {"status": "all", "sort": "oldest"}),
    ):
        yield compared(f"Panel, {name}, {size}", page_of(clerk, LIST, **query), floor, 2)
    every = page_of(clerk, LIST, status="all")
    deep = page_of(clerk, LIST, status="all", after=_deep())
    yield compared(f"Panel, deep page to first, {size}", deep, every, 1.1)
    yield compared(f"The bar alone, {size}", page_of(clerk, "/office/bar/"), floor, 1)


def _deep() -> str:
    """The page key in the middle of all requests; the offset to find it is part of no time."""
    newest, rows = REQUEST_ORDERINGS["newest"], OrderRequest.objects.all()
    return PageKeys(rows.model, newest).write(newest.apply(rows)[rows.count() // 2])


def _some_reference() -> str:
    return Order.objects.order_by("id")[3].customer_reference


def _some_customer() -> str:
    """The name of one that ordered lately, which is in no other name."""
    lately = Order.objects.order_by("-id")[:1000].values("customer")
    return Customer.objects.filter(pk__in=lately).order_by("-pk")[0].name


def _people() -> int:
    """A clerk with the saved filters of some years."""
    clerk = User.objects.create_user("office@bench.example", first_name="Laura", is_staff=True)
    names = ["view_orderrequest", "change_orderrequest", "view_order"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    for number in range(SAVED):
        saved_filters.keep(
            owner_id=clerk.pk, of_list="requests", name=f"Filter {number}", query=f"q={number}"
        )
    return clerk.pk
