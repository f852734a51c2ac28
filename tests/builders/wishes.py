"""What somebody wants ordered, and what it became."""

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import uuid4

from django.utils import timezone

from accounts.services import claiming, newcomers, stored_files
from accounts.services.newcomers import Newcomer
from orders.models import (
    GoodsLine,
    OrderAttachment,
    OrderLink,
    OrderRequest,
    OrderStop,
    OrderType,
    Product,
)
from orders.services import requests
from orders.states import OrderOrigin, RequestKind
from orders.wishes import GoodsWish, StopWish, Wish
from tests.builders.accounts import a_customer

NOON = datetime(2026, 11, 16, 10, tzinfo=UTC)


def a_stop(kind=OrderStop.Kind.PICKUP, **fields):
    fields = {
        "name": "Alfreds Futterkiste",
        "street": "Obere Str. 57",
        "postal_code": "12209",
        "city": "Berlin",
        "country": "DE",
        "day": date(2026, 11, 24),
        "starts_at": datetime(2026, 11, 24, 5, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 24, 7, tzinfo=UTC),
    } | fields
    return StopWish(kind=kind, **fields)


def some_goods(**fields):
    fields = {
        "quantity": Decimal(2),
        "package": GoodsLine.Package.EUR_PALLET,
        "description": "Tinned fish",
        "gross_weight": Decimal(640),
    } | fields
    return GoodsWish(**fields)


def an_order_type(code="transport", **fields):
    fields = {"names": {"en": "Transport order"}} | fields
    return OrderType.objects.create(code=code, **fields)


def a_product(number="11", **fields):
    fields = {
        "source": "erp",
        "name": "Queso Cabrales",
        "unit": "kg",
        "unit_price": Decimal("21.50"),
        "currency": "EUR",
        "vat_rate": Decimal("25.5"),
    } | fields
    return Product.objects.create(number=number, **fields)


def a_wish(customer=None, **fields):
    """An order of two pallets from Berlin to Graz by the web form."""
    customer = customer or a_customer()
    fields = {
        "sent_key": uuid4(),
        "kind": RequestKind.ORDER,
        "origin": OrderOrigin.WEB,
        "customer_id": customer.pk,
        "contact_name": "Maria Anders",
        "contact_email": "maria@alfreds.example",
        "contact_phone": "+49 30 0074321",
        "language": "de",
        "customer_reference": "4500-2290",
        "stops": (
            a_stop(),
            a_stop(
                OrderStop.Kind.DELIVERY,
                name="Ernst Handel",
                street="Kirchgasse 6",
                postal_code="8010",
                city="Graz",
                country="AT",
                day=date(2026, 11, 25),
                starts_at=datetime(2026, 11, 25, 7, tzinfo=UTC),
                ends_at=datetime(2026, 11, 25, 11, tzinfo=UTC),
            ),
        ),
        "goods": (some_goods(),),
    } | fields
    return Wish(**fields)


def a_request(customer=None, *, now=NOON, **fields) -> OrderRequest:
    """An order that came by the web form; `kind` makes it an offer request."""
    return requests.place(wish=a_wish(customer, **fields), now=now)


def a_file(content=b"%PDF-1.7 as it came", media_type="application/pdf"):
    return stored_files.keep(content=content, media_type=media_type, now=NOON)


def an_attachment(order, name="way in.pdf", **fields):
    """A file that was sent along with the order."""
    fields = {"file": a_file(), "added_at": NOON} | fields
    return OrderAttachment.objects.create(order=order, name=name, **fields)


def an_order_link(**fields):
    fields = {"name": "Homepage", "created_at": NOON} | fields
    return OrderLink.objects.create(**fields)


def a_guest(email="maria@alfreds.example", *, now=NOON, **fields):
    """A customer that somebody without an account has just made by ordering."""
    fields = {
        "name": "Alfreds Futterkiste",
        "contact": "Maria Anders",
        "business_id": "DE136695976",
        "street": "Obere Str. 57",
        "postal_code": "12209",
        "city": "Berlin",
        "country": "DE",
        "language": "de",
    } | fields
    return newcomers.take_in(newcomer=Newcomer(email=email, **fields), now=now)


def a_guest_request(email="maria@alfreds.example", *, customer=None, now=NOON, **fields):
    """An order of a guest, who has made a customer by it."""
    customer = customer or a_guest(email, now=now)
    return a_request(customer, contact_email=email, now=now, **fields)


def a_claim_link(email="maria@alfreds.example", *, customer=None, now=None):
    """The path of a link to claim by, as it is mailed to the address."""
    link = claiming.issue_link(
        email=email, customer_id=customer.pk if customer else None, now=now or timezone.now()
    )
    return urlsplit(link).path
