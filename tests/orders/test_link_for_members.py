"""A link for anybody, opened by somebody who is signed in: nothing has to be typed again."""

import pytest
from django.test import Client

from accounts.sections import Section
from orders.models import OrderDraft
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.wishes import an_order_link, an_order_type

pytestmark = pytest.mark.django_db

OFFERED = "Order as Alfreds Futterkiste"
# What browsers say of a page that is opened by itself, and of one in a frame.
ALONE = {"Sec-Fetch-Dest": "document"}
FRAMED = {"Sec-Fetch-Dest": "iframe"}


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste", country="DE", business_id="DE136695976")


@pytest.fixture
def kind():
    return an_order_type()


def signed_in(customer, *sections):
    client = Client()
    client.force_login(a_member(customer, *sections, email="maria@alfreds.example"))
    return client


def opened(client, link, **headers):
    response = client.get(f"/order-form/{link.code}/", headers=headers or ALONE)
    assert response.status_code == 200
    return response.content.decode()


def test_a_member_is_offered_to_order_as_its_customer(customer, kind):
    maria = signed_in(customer, Section.PLACE_ORDERS)
    link = an_order_link(
        order_type=kind,
        offers="offer",
        prefilled={"stops": [{"kind": "pickup", "name": "Our yard"}, {"kind": "delivery"}]},
    )
    an_order_type("other", position=0)

    page = opened(maria, link)
    assert OFFERED in page
    assert f'href="/orders/new/form/?link={link.code}"' in page
    own = maria.get(f"/orders/new/form/?link={link.code}").content.decode()

    assert "<h1>Transport order</h1>" in own
    assert 'value="Our yard"' in own
    assert 'name="answers-kind" value="offer" id="id_answers-kind_1" checked' in " ".join(
        own.split()
    )
    assert 'name="answers-company_name"' not in own
    assert not OrderDraft.objects.exists()


def test_who_orders_is_filled_in_where_the_person_goes_on_at_the_link(customer, kind):
    maria = signed_in(customer)

    page = opened(maria, an_order_link())

    assert OFFERED not in page
    for known in ("Maria Anders", "maria@alfreds.example", "Alfreds Futterkiste", "DE136695976"):
        assert f'value="{known}"' in page
    assert '<option value="DE" selected>' in page


@pytest.mark.parametrize("why", ["no right", "blocked", "not for members", "begun", "guest"])
def test_ordering_signed_in_is_offered_only_where_it_is_possible(customer, kind, why):
    sections = () if why == "no right" else (Section.PLACE_ORDERS,)
    client = signed_in(customer, *sections) if why != "guest" else Client()
    link = an_order_link(order_type=kind)
    if why == "blocked":
        customer.is_blocked = True
        customer.save()
    if why == "not for members":
        kind.is_for_members = False
        kind.save()

    page = opened(client, link)
    if why == "begun":
        assert OFFERED in page
        token = page.partition('name="form" value="')[2].partition('"')[0]
        posted = {"form": token, "do": "save", "answers-kind": "order"}
        page = client.post(f"/order-form/{link.code}/", posted, follow=True).content.decode()

    assert OFFERED not in page
    assert ("maria@alfreds.example" in page) == (why not in {"guest", "begun"})


@pytest.mark.parametrize("headers", [FRAMED, {}])
def test_in_a_frame_the_form_is_the_same_for_everybody(customer, kind, headers):
    maria = signed_in(customer, Section.PLACE_ORDERS)
    link = an_order_link(sites=["https://www.example.com"])

    framed = maria.get(f"/order-form/{link.code}/", headers=headers).content.decode()

    assert OFFERED not in framed
    assert "maria@alfreds.example" not in framed
    assert OFFERED in opened(maria, link)


def test_staff_who_try_a_link_see_it_as_it_is(kind):
    office = Client()
    office.force_login(a_superuser())

    page = opened(office, an_order_link())

    assert "Order as" not in page
    assert 'name="answers-contact_email" value=' not in page


@pytest.mark.parametrize("code", ["nowhere", "closed", "", "%00"])
def test_a_link_that_takes_no_orders_fills_nothing_in(customer, kind, code):
    maria = signed_in(customer, Section.PLACE_ORDERS)
    an_order_link(
        code="closed",
        revoked_at="2020-01-01T12:00Z",
        prefilled={"stops": [{"kind": "pickup", "name": "Our yard"}]},
    )

    response = maria.get(f"/orders/new/form/?link={code}")

    assert response.status_code == 200
    assert "Our yard" not in response.content.decode()
