"""Order forms as people fill them in."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from orders.form_fields import Rules
from orders.forms.wish import Order, OrderForm
from orders.states import RequestKind

# Noon in Helsinki.
NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")


def answers(**changed):
    return {
        "kind": "order",
        "company_name": "Alfreds Futterkiste",
        "business_id": "DE 136 695 976",
        "contact_name": "Maria Anders",
        "contact_email": "Maria@Alfreds.example",
        "contact_phone": "030-0074321",
        "street": "Obere Str. 57",
        "postal_code": "12209",
        "city": "Berlin",
        "country": "DE",
        "customer_reference": "4500-2290",
    } | changed


def stop(kind="pickup", **changed):
    return {
        "kind": kind,
        "name": "Alfreds Futterkiste",
        "street": "Obere Str. 57",
        "postal_code": "12209",
        "city": "Berlin",
        "country": "DE",
        "day": "2026-11-24",
        "starts": "06:00",
        "ends": "08:00",
    } | changed


def goods(**changed):
    return {
        "quantity": "2",
        "package": "eur_pallet",
        "description": "Tinned fish",
        "gross_weight": "640",
    } | changed


def typed(**changed):
    """A transport order that is right in every place."""
    graz = stop(
        "delivery",
        name="Ernst Handel",
        postal_code="8010",
        city="Graz",
        country="AT",
        day="2026-11-25",
    )
    return {
        "answers": answers(),
        "stops": [stop(), graz],
        "goods": [goods()],
        "products": [],
    } | changed


def a_form(
    what=None,
    *,
    words=(),
    kinds=tuple(RequestKind),
    products=None,
    is_checked=True,
    has_files=False,
):
    order = Order(
        rules=Rules(*words),
        kinds=kinds,
        products=products or {},
        now=NOW,
        zone=HELSINKI,
        has_files=has_files,
    )
    return OrderForm(what or typed(), order=order, is_checked=is_checked)
