"""What is filled in for people is what the form takes; the rest is left out and told."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.sections import Section
from orders import prefilling
from orders.forms.wish import OrderForm
from orders.models import GoodsLine, OrderDraft, OrderStop, OrderTemplate, SavedAddress
from orders.repeating import wanted
from tests.builders.accounts import a_customer, a_member
from tests.builders.order_forms import a_form, answers, goods, stop, typed
from tests.builders.wishes import (
    NOON,
    a_guest_request,
    a_product,
    a_request,
    an_order_link,
    an_order_type,
)
from tests.orders.test_ordering_again import page_of

FORM = "/orders/new/form/"
# A number as Northwind's Mexican customers write theirs.
NO_NUMBER = "(5) 555-1340"


def fitting(what, **also):
    return prefilling.fitting(what, order=a_form(what, **also).order)


def refused(form):
    """What a form would refuse of what it was filled with, if it were sent as it is."""
    what = {
        "answers": form.answers.initial,
        "stops": [row.initial for row in form.stops],
        "goods": [row.initial for row in form.goods],
        "products": [row.initial for row in form.products],
    }
    checked = OrderForm(what, order=form.order, is_checked=True)
    return {
        f"{part.prefix}-{name}"
        for part in checked.forms
        for name in part.errors
        if part[name].value()
    }


def test_what_the_form_takes_is_filled_in_as_it_is():
    assert fitting(typed()) == (typed(), [])


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        ("answers", {"contact_phone": "12"}),
        ("answers", {"leader_phone": "12"}),
        ("answers", {"postal_code": "1220"}),
        ("answers", {"contact_email": "maria at home"}),
        ("answers", {"business_id": "DE 136 695 975"}),
        ("answers", {"company_name": "x" * 256}),
        ("answers", {"answer_by": "2020-01-01"}),
        ("answers", {"kind": "whim"}),
        ("stops", {"phone": "12"}),
        ("stops", {"postal_code": "1220"}),
        ("stops", {"day": "2020-01-01"}),
        ("stops", {"ends": "05:00"}),
        ("goods", {"gross_weight": "999999999"}),
        ("goods", {"quantity": "-1"}),
        ("goods", {"un_number": "12"}),
        ("goods", {"package": "a heap"}),
        ("goods", {"loaded_at": "9"}),
    ],
)
def test_what_the_form_would_refuse_is_left_out_and_told(section, wrong):
    right = {"answers": answers(), "stops": stop(), "goods": goods()}[section]
    what = typed(**{section: right | wrong if section == "answers" else [right | wrong]})

    taken, left_out = fitting(what, words=[{"money": "optional", "people": "optional"}])

    [(name, value)] = wrong.items()
    found = taken[section] if section == "answers" else taken[section][0]
    assert found == {key: said for key, said in (right | wrong).items() if key != name}
    [told] = left_out
    assert (told.name, told.value) == (name, value)
    assert told.reason in told.words
    assert f"“{value}” was left out. " in told.hint


def test_what_is_hidden_is_left_out_without_a_word():
    """It comes back with another order type, and is no mistake of ours then either."""
    taken, left_out = fitting(
        typed(goods=[goods(gross_weight="-1")], answers=answers(leader_phone="12")),
        words=[{"goods": "hidden", "people": "hidden"}],
    )

    assert "gross_weight" not in taken["goods"][0]
    assert "leader_phone" not in taken["answers"]
    assert left_out == []


def test_what_is_checked_with_a_hidden_question_fits_the_form_that_is_shown():
    """Without the country nobody knows whose number it is."""
    somewhere = answers(country="", contact_phone="")
    what = typed(answers=somewhere, stops=[stop(phone="030-0074321")])

    taken, left_out = fitting(what, words=[{"stop.country": "hidden"}])

    assert "phone" not in taken["stops"][0]
    assert [each.name for each in left_out] == ["phone"]
    assert fitting(what) == (what, [])


@pytest.fixture
def customer():
    return a_customer("10001", name="Ana Trujillo", country="MX", phone=NO_NUMBER)


@pytest.fixture
def kind():
    return an_order_type()


@pytest.fixture
def ana(customer):
    client = Client()
    client.force_login(a_member(customer, Section.PLACE_ORDERS, Section.ORDERS))
    return client


@pytest.mark.django_db
def test_a_telephone_of_the_erp_that_the_form_refuses_is_a_hint_at_its_field(ana, kind):
    response = ana.get(FORM)

    page = response.content.decode()
    assert f'value="{NO_NUMBER}"' not in page
    assert 'aria-describedby="id_answers-contact_phone_helptext"' in page
    assert f"“{NO_NUMBER}” was left out. Write the phone number like +52" in page
    assert refused(response.context["order_form"]) == set()


@pytest.mark.django_db
def test_a_telephone_of_the_erp_that_the_form_takes_is_filled_in(ana, kind, customer):
    customer.phone = "(55) 5555-1340"
    customer.save()

    page = ana.get(FORM).content.decode()

    assert 'name="answers-contact_phone" value="(55) 5555-1340"' in page
    assert "was left out" not in page


def spoil(order):
    """Make of an order what an older portal, or an import, may have taken."""
    OrderStop.objects.filter(order=order).update(phone="12", postal_code="1")
    GoodsLine.objects.filter(order=order).update(gross_weight=200_000)


@pytest.mark.django_db
def test_an_order_is_ordered_again_with_what_the_form_takes(ana, kind, customer):
    order = a_request(customer, order_type_id=kind.pk).order
    spoil(order)

    response = ana.get(f"{FORM}?again={order.pk}")

    assert refused(response.context["order_form"]) == set()
    page = response.content.decode()
    assert 'value="Tinned fish"' in page
    assert "Stop 2, Phone: “12” was left out." in page
    assert "Goods row 1, Gross weight, kg: “200,000” was left out." in page


@pytest.mark.django_db
def test_a_template_fills_in_what_the_form_takes(ana, kind, customer):
    order = a_request(customer, order_type_id=kind.pk).order
    spoil(order)
    template = OrderTemplate.objects.create(
        customer=customer,
        name="Mondays",
        order_type=kind,
        wanted=wanted(order),
        saved_at=NOON,
        saved_by=User.objects.get(),
    )

    response = ana.get(f"{FORM}?template={template.pk}")

    assert refused(response.context["order_form"]) == set()
    assert "Stop 1, Postal code: “1” was left out." in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["in the stop", "from the book"])
def test_a_place_of_the_address_book_fills_in_what_the_form_takes(ana, kind, customer, by):
    saved = SavedAddress.objects.create(
        customer=customer,
        label="Berlin",
        name="Alfreds",
        city="Berlin",
        country="DE",
        postal_code="1",
        phone="12",
        fingerprint="x",
        saved_at=NOON,
        saved_by=User.objects.get(),
    )
    posted = {"customer": customer.reference, "stops-1-there": "1", "stops-1-phone": "+4930123456"}
    if by == "in the stop":
        data = posted | {"stops-1-from": f"saved-{saved.pk}", "do": "stops.use.1"}
        page = ana.post(FORM, data, follow=True)
    else:
        ana.post(FORM, posted | {"do": "save"})
        draft = OrderDraft.objects.get()
        address = f"/orders/new/drafts/{draft.pk}/stops/1/"
        data = {"customer": customer.reference, "address": f"saved-{saved.pk}"}
        page = ana.post(address, data, follow=True)

    stop = OrderDraft.objects.get().typed["stops"][0]
    assert (stop["name"], stop["city"], stop["postal_code"], stop["phone"]) == (
        "Alfreds",
        "Berlin",
        "",
        "",
    )
    told = page.content.decode()
    assert "Stop 1, Postal code: “1” was left out. Write the postal code like 12345." in told
    assert "Stop 1, Phone: “12” was left out." in told


@pytest.mark.django_db
def test_a_link_and_a_type_fill_in_what_the_form_takes(client):
    kind = an_order_type(defaults={"goods": [{"package": "heap", "quantity": "1"}]})
    link = an_order_link(
        order_type=kind,
        prefilled={
            "answers": {"country": "XX"},
            "stops": [{"kind": "pickup", "name": "Ours", "country": "DE", "postal_code": "1"}],
        },
    )

    response = client.get(f"/order-form/{link.code}/")

    assert refused(response.context["order_form"]) == set()
    page = response.content.decode()
    assert 'name="stops-1-name" value="Ours"' in page
    assert 'name="goods-1-quantity" value="1"' in page
    assert "Stop 1, Postal code: “1” was left out." in page


@pytest.mark.django_db
def test_a_guests_order_is_ordered_again_with_what_the_form_takes(client, kind):
    sent = a_guest_request(order_type_id=kind.pk)
    sent.order_link = an_order_link(offers="offer")
    sent.contact_phone = "12"
    sent.save()
    spoil(sent.order)

    page = client.post(f"{page_of(sent)}order-again/", follow=True)

    typed = OrderDraft.objects.get().typed
    assert typed["answers"]["kind"] == "offer"
    assert "contact_phone" not in typed["answers"]
    assert not any({"phone", "postal_code"} & row.keys() for row in typed["stops"])
    assert "Phone: “12” was left out." in page.content.decode()


@pytest.mark.django_db
def test_products_are_checked_where_the_form_asks_for_them():
    product = a_product("11")
    what = typed(products=[{"number": "11", "quantity": "2"}, {"number": "12", "quantity": "1"}])

    taken, left_out = fitting(
        what, words=[{"products": "optional"}], products={product.number: product}
    )
    hidden, _left_out = fitting(what)

    assert taken["products"] == [{"number": "11", "quantity": "2"}, {"quantity": "1"}]
    assert [each.called for each in left_out] == ["Product 2, Product number"]
    assert hidden["products"] == what["products"]
