"""What of an order comes along when it is ordered again or kept as a template."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.models import Company
from accounts.services import company
from orders import drafting
from orders.forms.wish import DETAILS
from orders.models import OrderLine, OrderType
from orders.repeating import beginning, wanted
from orders.states import RequestKind
from orders.wishes import ProductWish
from tests.builders.accounts import a_customer
from tests.builders.order_forms import a_form, answers
from tests.builders.orders import an_order
from tests.builders.wishes import a_product, a_request, a_stop, an_order_type, some_goods

pytestmark = pytest.mark.django_db


def begun(order, *, order_type=None, day=None):
    return beginning(
        wanted(order), order_type=order_type, types=OrderType.objects.for_members(), day=day
    )


@pytest.fixture
def transport():
    return an_order_type(fields={"people": "optional", "money": "optional"})


def test_everything_that_was_wanted_comes_along_but_days_and_references(transport):
    order = a_request(
        order_type_id=transport.pk,
        kind=RequestKind.OFFER,
        payer="receiver",
        note_to_driver="Ring twice",
        details={
            "adults": 0,
            "tail_lift": True,
            "target_price": "99.50",
            "answer_by": "2026-11-20",
        },
        stops=(
            a_stop(reference="GATE-7", access_note="Door code 4711", phone="+49300074321"),
            a_stop("delivery", city="Graz", day=date(2026, 11, 26), starts_at=None, ends_at=None),
        ),
        goods=(
            some_goods(
                quantity=Decimal("1.5"), is_dangerous=True, un_number="1263", hazard_class="3"
            ),
        ),
    ).order

    typed = begun(order, order_type=transport).typed

    assert typed["answers"] == {
        "kind": "offer",
        "confirm_by": "email",
        "payer": "receiver",
        "note_to_driver": "Ring twice",
        "adults": "0",
        "tail_lift": "on",
        "target_price": "99.50",
    }
    first, second = typed["stops"]
    assert (first["access_note"], first["phone"]) == ("Door code 4711", "+49300074321")
    assert (first["starts"], first["ends"]) == ("07:00", "09:00")
    assert {"day", "reference"}.isdisjoint(first.keys() | second.keys())
    [row] = typed["goods"]
    assert (row["quantity"], row["gross_weight"], row["package"]) == ("1.5", "640", "eur_pallet")
    assert (row["is_dangerous"], row["un_number"]) == ("on", "1263")
    assert "products" not in typed


def test_with_a_day_the_form_is_ready_to_be_sent(transport):
    order = a_request(order_type_id=transport.pk).order
    typed = begun(order, order_type=transport, day=date(2026, 12, 28)).typed
    contact = {
        "contact_name": "Maria",
        "contact_email": "m@a.example",
        "contact_phone": "+358401234567",
    }
    not_asked = dict.fromkeys(
        ("company_name", "street", "postal_code", "city", "country"), "hidden"
    )

    form = a_form(
        drafting.empty() | typed | {"answers": typed["answers"] | contact}, words=[not_asked]
    )

    assert form.is_valid(), [each.errors for each in form.forms]
    assert [row.wish().day for row in form.stops] == [date(2026, 12, 28), date(2026, 12, 29)]
    assert [row.wish().starts_at.hour for row in form.stops] == [5, 7]


@pytest.mark.parametrize("language", ["en", "fi", "sv", "de"])
def test_decimals_are_read_as_they_were_meant_in_every_language(transport, language):
    goods = some_goods(quantity=Decimal("1234.5"), volume=Decimal("0.125"))
    order = a_request(order_type_id=transport.pk, goods=(goods,)).order
    kept = wanted(order)

    with translation.override(language):
        typed = beginning(kept, order_type=transport, types=[transport]).typed
        form = a_form(drafting.empty() | typed)
        form.goods[0].is_valid()

        assert form.goods[0].cleaned_data["quantity"] == Decimal("1234.5")
        assert form.goods[0].cleaned_data["volume"] == Decimal("0.125")


def test_what_is_kept_speaks_no_language(transport):
    order = a_request(
        order_type_id=transport.pk, goods=(some_goods(quantity=Decimal("1.5")),)
    ).order

    with translation.override("fi"):
        assert wanted(order)["goods"][0]["quantity"] == "1.5"


def test_the_days_between_stops_stay_across_a_change_of_the_clocks(transport):
    company.keep(company=Company(name="Northwind", time_zone="Europe/Berlin"))
    order = a_request(order_type_id=transport.pk).order

    typed = begun(order, order_type=transport, day=date(2027, 3, 27)).typed

    assert [row["day"] for row in typed["stops"]] == ["2027-03-27", "2027-03-28"]
    assert [row["starts"] for row in typed["stops"]] == ["06:00", "08:00"]


def test_an_order_without_days_gets_the_day_at_its_first_stop(transport):
    stops = (a_stop(day=None, starts_at=None, ends_at=None),)
    order = a_request(order_type_id=transport.pk, stops=stops, goods=()).order

    typed = begun(order, order_type=transport, day=date(2026, 12, 28)).typed

    assert typed["stops"][0]["day"] == "2026-12-28"


def test_products_that_are_not_for_sale_any_more_are_said_and_left_out():
    products = an_order_type("products", fields={"products": "required", "goods": "hidden"})
    cheese, fish = a_product("11"), a_product("12")
    order = a_request(
        order_type_id=products.pk,
        goods=(),
        products=[
            ProductWish(product_id=cheese.pk, quantity=Decimal(2)),
            ProductWish(product_id=fish.pk, quantity=Decimal(1)),
        ],
    ).order
    type(fish).objects.filter(pk=fish.pk).update(is_active=False)

    found = begun(order, order_type=products)

    assert found.typed["products"] == [{"number": "11", "quantity": "2"}]
    assert found.left_out == ["Product 12 cannot be ordered any more and was left out."]


def test_more_rows_than_fit_into_one_order_are_said_and_cut():
    an_order_type("products", fields={"products": "required", "goods": "hidden"})
    product = a_product("11")
    order = an_order(a_customer())
    lines = [
        OrderLine(
            order=order,
            position=position,
            product=product,
            product_number="11",
            quantity=Decimal("1.2345"),
            unit_price=1,
            vat_rate=0,
            net_amount=1,
        )
        for position in range(1, 203)
    ]
    OrderLine.objects.bulk_create(lines)

    found = begun(order)

    assert len(found.typed["products"]) == 200
    assert found.left_out == [
        "Products: the first 200 rows came along, no more fit into one order."
    ]
    form = a_form(
        {**found.typed, "answers": answers()},
        words=[found.order_type.fields, {"stops": "hidden"}],
        products={"11": product},
    )
    assert form.is_valid()


def test_a_type_that_is_not_offered_any_more_is_said_and_another_begins(transport):
    coach = an_order_type("coach", names={"en": "Coach"}, is_for_members=False)
    order = a_request(order_type_id=coach.pk).order

    found = begun(order, order_type=coach)

    assert found.order_type == transport
    assert found.left_out == ["“Coach” is not offered here any more. Choose another order type."]


def test_products_that_the_form_has_no_place_for_are_said(transport):
    transport.fields = {"products": "hidden"}
    transport.save()
    product = a_product("11")
    order = a_request(
        products=[ProductWish(product_id=product.pk, quantity=Decimal(1))], goods=()
    ).order

    found = begun(order)

    assert found.left_out == ["This form has no place for the products, so they were left out."]


def test_of_an_order_of_the_erp_there_is_its_place(transport):
    order = an_order(a_customer(), ship_to_name="Ernst Handel", ship_to_country="AT")

    found = begun(order)

    assert found.typed == {
        "answers": {},
        "stops": [{"kind": "delivery", "name": "Ernst Handel", "country": "AT"}],
    }
    assert found.order_type == transport


def test_every_answer_that_is_kept_as_a_detail_is_one_of_the_form():
    assert set(DETAILS) <= set(a_form().answers.base_fields)
