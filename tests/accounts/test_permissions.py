import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.sections import Section
from accounts.services import membership
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_superuser,
    an_address,
    an_admin,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


def test_a_section_opens_its_pages_and_an_admin_opens_all(client):
    customer = a_customer("10001")
    for user in (a_member(customer, Section.ORDERS), an_admin(customer)):
        client.force_login(user)

        assert client.get("/test/orders/").content == b"orders of 10001"


def test_a_member_without_the_section_is_told_whom_to_ask(client):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    an_admin(customer, email="admin@alfreds.example", first_name="Hanna", last_name="Moos")
    an_admin(customer, email="gone@alfreds.example", is_active=False)
    an_admin(a_customer("10002"), email="other@ernst.example")
    client.force_login(a_member(customer, Section.INVOICES))

    response = client.get("/test/orders/")

    text = response.content.decode()
    assert response.status_code == 403
    assert "See orders" in text
    assert "10001 Alfreds Futterkiste" in text
    assert ("Hanna Moos" in text, "admin@alfreds.example" in text) == (True, True)
    assert "gone@" not in text
    assert "other@" not in text


def test_an_admin_of_the_family_is_named_at_each_of_its_customers(client):
    family = a_family()
    customer = a_customer(family=family)
    an_admin(a_customer(family=family), covers_family=True, email="family@alfreds.example")
    an_admin(a_customer(family=family), email="sister@alfreds.example")
    client.force_login(a_member(customer))

    text = client.get("/test/orders/").content.decode()

    assert "family@alfreds.example" in text
    assert "sister@alfreds.example" not in text


def test_an_object_opens_for_members_whichever_customer_is_active(client):
    first, second = a_customer("10001"), a_customer("10002")
    an_address(second, name="thing")
    user = a_member(first, Section.ORDERS)
    a_member(second, Section.ORDERS, user=user)
    client.force_login(user)

    before_choosing = client.get("/test/things/thing/")
    client.post("/customers/", {"customer": "10001"})
    other_active = client.get("/test/things/thing/")

    assert before_choosing.content == other_active.content == b"thing of 10002"


def test_an_object_of_the_persons_customer_without_the_section_is_refused_with_whom_to_ask(client):
    customer = a_customer("10001")
    an_address(customer, name="thing")
    client.force_login(a_member(customer, Section.INVOICES))

    response = client.get("/test/things/thing/")

    assert response.status_code == 403
    assert "See orders" in response.content.decode()


def test_an_object_of_others_and_one_that_does_not_exist_look_the_same(client):
    an_address(a_customer("10001"), name="thing")
    client.force_login(an_admin(a_customer("10002")))

    foreign, missing = client.get("/test/things/thing/"), client.get("/test/things/none/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content


def test_staff_and_superusers_are_strangers_to_a_customers_objects(client):
    an_address(a_customer("10001"), name="thing")
    for user in (a_clerk(), a_superuser()):
        client.force_login(user)

        assert client.get("/test/things/thing/").status_code == 404
        assert client.get("/test/orders/")["Location"] == "/office/"


def test_the_office_is_not_there_for_customers(client):
    client.force_login(an_admin(a_customer()))

    assert client.get("/test/office/").status_code == 404
    assert client.get("/office/").status_code == 404


def test_staff_need_the_permission_of_an_office_page(client):
    clerk, other = a_clerk(), a_clerk()
    clerk.user_permissions.add(Permission.objects.get(codename="view_order"))

    client.force_login(clerk)
    assert client.get("/test/office/").content == b"office orders"
    client.force_login(other)
    assert client.get("/test/office/").status_code == 403


def test_htmx_without_an_active_customer_moves_the_whole_page(client):
    user = an_admin(a_customer())
    an_admin(a_customer(), user=user)
    client.force_login(user)

    response = client.get("/test/orders/", headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == "/customers/"
    assert "Location" not in response.headers


@pytest.fixture
def member_of_two(client):
    user = a_member(a_customer("10001"), Section.PLACE_ORDERS)
    a_member(a_customer("10002"), Section.PLACE_ORDERS, user=user)
    client.force_login(user)
    client.post("/customers/", {"customer": "10002"})
    return user


@pytest.mark.parametrize("value", ["erp/10002", "10002"])
def test_a_form_for_the_active_customer_is_written(client, member_of_two, value):
    response = client.post("/test/write/", {"customer": value, "line": ["a", "b"]})

    assert response.content.decode() == "written for 10002: ['a', 'b']"


def test_a_form_for_another_customer_is_asked_back_with_all_it_held(client, member_of_two):
    response = client.post("/test/write/", {"customer": "erp/10001", "line": ["a", "<b>"]})

    text = response.content.decode()
    assert response.status_code == 409
    for held in ('name="line" value="a"', 'name="line" value="&lt;b&gt;"'):
        assert held in text
    for offered in ('value="erp/10001"', 'value="erp/10002"'):
        assert f'name="confirmed_customer" {offered}' in text
    assert "Nothing has been sent yet." in text


@pytest.mark.parametrize("chosen", ["10001", "10002"])
def test_the_answer_decides_and_makes_that_customer_the_active_one(client, member_of_two, chosen):
    response = client.post("/test/write/", {"confirmed_customer": f"erp/{chosen}", "line": ["a"]})

    assert response.content.decode() == f"written for {chosen}: ['a']"
    assert client.get("/account/").context["customer"].number == chosen


@pytest.mark.parametrize("value", ["", "99999", "\x00", "a" * 5000])
@pytest.mark.parametrize("name", ["customer", "confirmed_customer"])
def test_a_form_that_names_no_customer_of_the_person_is_never_written(
    client, member_of_two, name, value
):
    response = client.post("/test/write/", {name: value, "line": ["a"]})

    assert response.status_code == 409
    assert 'name="confirmed_customer" value="erp/10002"' in response.content.decode()


def test_a_confirmed_customer_still_needs_the_section(client):
    user = a_member(a_customer("10001"))
    a_member(a_customer("10002"), Section.PLACE_ORDERS, user=user)
    client.force_login(user)
    client.post("/customers/", {"customer": "10002"})

    response = client.post("/test/write/", {"confirmed_customer": "erp/10001"})

    assert response.status_code == 403


def test_a_right_withdrawn_while_the_form_was_open_refuses_it(client, member_of_two):
    for customer in member_of_two.customers():
        membership.grant(
            user_id=member_of_two.pk, customer_id=customer.pk, sections=[], now=timezone.now()
        )

    assert client.post("/test/write/", {"customer": "10002"}).status_code == 403


def test_granting_again_replaces_what_was_granted():
    customer = a_customer()
    user = a_member(customer, Section.ORDERS, Section.INVOICES)
    [first] = user.memberships.all()

    a_member(customer, Section.PLACE_ORDERS, user=user)

    [second] = user.memberships.all()
    assert (second.pk, second.created_at) == (first.pk, first.created_at)
    assert second.sections == ["place_orders"]


def test_a_section_that_does_not_exist_cannot_be_granted():
    customer = a_customer()

    with pytest.raises(ValueError, match="everything"):
        a_member(customer, "everything")
