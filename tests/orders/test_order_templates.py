"""Orders kept under a name, to begin others with."""

import pytest
from django.test import Client

from accounts.sections import Section
from orders import repeating
from orders.models import OrderTemplate
from orders.services import templates
from tests.builders.accounts import a_customer, a_member
from tests.builders.wishes import NOON, a_product, a_request, an_order_type
from tests.threads import at_once

pytestmark = pytest.mark.django_db

LIST = "/orders/new/templates/"


@pytest.fixture
def customer():
    return a_customer("10001")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def maria(customer):
    return signed_in(a_member(customer, Section.ORDERS, Section.PLACE_ORDERS))


@pytest.fixture
def order(customer):
    order_type = an_order_type(fields={"people": "hidden"})
    return a_request(customer, order_type_id=order_type.pk).order


def a_template(order, name="Every Monday", **fields):
    fields = {
        "wanted": repeating.wanted(order),
        "order_type_id": order.request.order_type_id,
        "customer_id": order.customer_id,
        "user_id": a_member(order.customer).pk,
    } | fields
    return templates.keep(name=name, now=NOON, **fields)


def test_an_order_is_kept_and_a_colleague_begins_with_it(maria, customer, order):
    data = {"customer": customer.reference, "name": "Every Monday"}
    response = maria.post(f"{LIST}new/?order={order.pk}", data, follow=True)
    assert "The template is saved." in response.content.decode()
    sam = signed_in(a_member(customer, Section.PLACE_ORDERS))

    start = sam.get("/orders/new/").content.decode()
    template = OrderTemplate.objects.get()
    assert f'href="/orders/new/form/?template={template.pk}"' in start
    form = sam.get(f"/orders/new/form/?template={template.pk}&day=2027-02-01").content.decode()

    assert "Filled in from the template “Every Monday”." in form
    assert 'value="Tinned fish"' in form
    assert 'name="stops-2-day" value="2027-02-02"' in form
    assert "4500-2290" not in form


def test_names_are_the_customers_once_capitals_aside(maria, customer, order):
    a_template(order)
    a_template(order, customer_id=a_customer("10002").pk)
    data = {"customer": customer.reference, "name": "EVERY monday"}

    page = maria.post(f"{LIST}new/?order={order.pk}", data).content.decode()

    assert "There is a template of this name already." in page
    assert "<title>Error:" in page
    assert OrderTemplate.objects.filter(customer=customer).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_templates_of_one_name_at_once_one_is_kept(order):
    user = a_member(order.customer)

    outcomes = at_once(*[lambda: a_template(order, user_id=user.pk)] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NameTaken", "OrderTemplate"]


def test_a_template_is_renamed_and_deleted(maria, customer, order):
    kept, other = a_template(order), a_template(order, "Fridays")
    url = f"{LIST}{kept.pk}/"
    data = {"customer": customer.reference}

    assert "of this name already" in maria.post(url, data | {"name": "fridays"}).content.decode()
    maria.post(url, data | {"name": "Mondays"})
    assert "Mondays" in maria.get(f"{LIST}?q=mond").content.decode()

    maria.post(url, data | {"do": "remove"})
    assert list(OrderTemplate.objects.all()) == [other]


def test_a_template_that_a_colleague_has_deleted_stays_deleted(order):
    template = a_template(order)
    OrderTemplate.objects.all().delete()

    templates.rename(template=template, name="Every Tuesday")

    assert not OrderTemplate.objects.exists()


def test_strangers_find_no_template_of_others(order):
    kept = a_template(order)
    other = a_customer("10002")
    stranger = signed_in(a_member(other, Section.PLACE_ORDERS))

    for data in ({"name": "Mine"}, {"do": "remove"}):
        answer = stranger.post(f"{LIST}{kept.pk}/", data | {"customer": other.reference})
        assert answer.status_code == 404
    assert stranger.get(f"/orders/new/form/?template={kept.pk}").status_code == 404
    assert OrderTemplate.objects.get().name == "Every Monday"


def test_only_orders_that_may_be_seen_are_kept(customer, order):
    sam = signed_in(a_member(customer, Section.PLACE_ORDERS))
    stranger = signed_in(a_member(a_customer("10002"), Section.ORDERS, Section.PLACE_ORDERS))

    assert sam.get(f"{LIST}new/?order={order.pk}").status_code == 403
    assert stranger.get(f"{LIST}new/?order={order.pk}").status_code == 404


def test_a_product_and_a_type_that_are_gone_are_said(maria, order):
    a_product("11")
    kept = a_template(order)
    kept.wanted["products"] = [{"number": "12", "quantity": "1"}]
    kept.save()
    an_order_type("other", position=2)
    type(kept.order_type).objects.filter(code="transport").update(is_active=False)

    page = maria.get(f"/orders/new/form/?template={kept.pk}").content.decode()

    assert "Product 12 cannot be ordered any more and was left out." in page
    assert "“Transport order” is not offered here any more." in page


def test_many_templates_have_pages(maria, order, django_assert_max_num_queries):
    user = a_member(order.customer)
    for number in range(12):
        a_template(order, f"Template {number:02}", user_id=user.pk)

    maria.get(LIST)

    with django_assert_max_num_queries(7):
        page = maria.get(LIST).content.decode()

    assert page.count('scope="row"') == 10
    start = maria.get("/orders/new/").content.decode()
    assert start.count("?template=") == 10
    assert f'href="{LIST}"' in start
