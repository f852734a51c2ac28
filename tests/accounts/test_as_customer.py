"""Staff look at a customer's pages as the customer: said on every page, noted, and limited."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.sections import Section
from accounts.services import acting
from invoices.models import Statement
from orders.models import Order
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_member,
    a_role,
    a_superuser,
    an_address,
    an_admin,
)
from tests.builders.invoices import an_invoice
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db

BEGIN, STOP = "/office/as-customer/", "/office/as-customer/stop/"
BANNER = "You are looking at Alfreds Futterkiste (10001) as office staff."


@pytest.fixture
def alfreds():
    customer = a_customer("10001", name="Alfreds Futterkiste")
    an_address(customer, kind="invoice", name="invoice address")
    an_order(customer, "10248")
    an_invoice(customer, "300412")
    return customer


def someone(**rights):
    """A member of the staff with these levels."""
    laura = a_clerk(email=f"laura-{len(User.objects.all())}@seller.example")
    a_role(None, laura, **rights)
    return laura


def as_customer(client, user, customer="erp/10001", **more):
    client.force_login(user)
    return client.post(BEGIN, {"customer": customer, **more})


def noted():
    entries = AuditEntry.objects.filter(kind__startswith="as_customer").order_by("pk")
    return [
        (entry.kind, entry.actor and entry.actor.email, entry.customer and entry.customer.number)
        for entry in entries
    ]


def statuses(client, *paths):
    return [client.get(path).status_code for path in paths]


# What opens


def test_the_levels_of_the_grid_decide_what_opens(client, alfreds):
    laura = someone(as_customer="display", orders="display")

    response = as_customer(client, laura)

    assert (response.status_code, response["Location"]) == (302, "/")
    orders = client.get("/orders/")
    assert BANNER in orders.text
    assert "You may look, not act." in orders.text
    assert "10248" in orders.text
    assert statuses(client, "/", "/account/", "/addresses/", "/orders/10248/") == [200] * 4
    assert (
        statuses(client, "/invoices/", "/invoices/300412/", "/invoices/statement.csv") == [403] * 3
    )
    assert "Your roles do not open this part" in client.get("/invoices/").text


def test_the_banner_is_on_the_offices_pages_too(client, alfreds):
    laura = someone(as_customer="process", orders="display")
    as_customer(client, laura)

    page = client.get("/office/orders/").text

    assert BANNER in page
    assert "You may look, not act." not in page


def test_nobody_looks_without_the_permission(client, alfreds):
    laura = someone(orders="process", invoices="process", users="process")

    assert as_customer(client, laura).status_code == 403
    assert client.get("/orders/")["Location"] == "/office/"
    assert noted() == []


def test_members_cannot_look_as_another_customer(client, alfreds):
    assert as_customer(client, an_admin(a_customer("10002"))).status_code == 404


def test_a_customers_own_people_and_others_are_not_touched(client, alfreds):
    laura = someone(as_customer="process", orders="process", invoices="process")
    other = a_customer("10002")
    an_order(other, "10952")

    as_customer(client, laura)

    assert statuses(client, "/orders/10248/", "/orders/10952/") == [200, 404]
    assert list(laura.memberships.all()) == []
    stranger = Client()
    stranger.force_login(laura)
    assert stranger.get("/orders/10248/").status_code == 404


def test_somebody_who_is_a_member_too_sees_the_customer_looked_at_alone(client, alfreds):
    laura = someone(as_customer="display", orders="display")
    own = a_customer("10002")
    an_order(own, "10952")
    a_member(own, *Section, user=laura)
    client.force_login(laura)
    assert client.get("/orders/10952/").status_code == 200

    as_customer(client, laura)
    assert statuses(client, "/orders/10248/", "/orders/10952/", "/invoices/") == [200, 404, 403]

    client.post(STOP)
    assert statuses(client, "/orders/10248/", "/orders/10952/", "/invoices/") == [404, 200, 200]


def test_superusers_may_do_everything_that_the_grid_opens(client, alfreds):
    as_customer(client, a_superuser())

    assert statuses(client, "/orders/", "/invoices/", "/invoices/statement/") == [200] * 3
    assert client.get("/account/changes/").status_code == 403


def test_lists_files_and_statements_work(client, alfreds):
    laura = someone(as_customer="display", orders="display", invoices="display")
    as_customer(client, laura)

    assert "10248" in client.get("/orders/export.csv").getvalue().decode()
    assert "300412" in client.get("/invoices/statement.csv").getvalue().decode()
    assert client.get("/invoices/statement.pdf").status_code == 202
    assert list(Statement.objects.values_list("requested_by", "customer")) == [
        (laura.pk, alfreds.pk)
    ]


def test_the_database_is_asked_little_more_than_for_a_member(
    client, alfreds, django_assert_max_num_queries
):
    as_customer(client, someone(as_customer="display", orders="display"))
    client.get("/orders/")

    with django_assert_max_num_queries(9):
        client.get("/orders/")


# Looking and acting


def test_whoever_may_only_look_changes_nothing(client, alfreds):
    laura = someone(as_customer="display", orders="process", users="process")
    as_customer(client, laura)

    for path in ("/customers/", "/orders/10248/documents/1/"):
        response = client.post(path, {"customer": "erp/10001"})
        assert response.status_code == 403
        assert "not act on them" in response.text


def test_process_acts_as_far_as_the_other_sections_reach(rf, alfreds):
    acting_levels = {
        ("display", "process"): {Section.ORDERS},
        ("process", "display"): {Section.ORDERS},
        ("process", "process"): {Section.ORDERS, Section.PLACE_ORDERS},
    }
    for (level, orders), sections in acting_levels.items():
        laura = User.objects.get(pk=someone(as_customer=level, orders=orders).pk)
        session = {}
        acting.begin(session=session, user=laura, customer=alfreds, back="/", now=timezone.now())

        held = acting.resume(session=session, user=laura, now=timezone.now())

        assert (held.may_act, held.sections) == (level == "process", sections)


def test_ones_own_profile_is_ones_own(client, alfreds):
    laura = someone(as_customer="display")
    as_customer(client, laura)

    values = {"first_name": "Laura", "language": "en", "theme": "dark"}
    assert client.post("/profile/", values)["Location"] == "/profile/"

    laura.refresh_from_db()
    assert (laura.first_name, laura.theme) == ("Laura", "dark")


def test_what_is_changed_meanwhile_carries_the_customers_name(client, alfreds):
    maria = a_member(alfreds, Section.ORDERS)
    laura = someone(as_customer="process", users="process")
    as_customer(client, laura)

    page = client.get(f"/colleagues/{maria.memberships.get().pk}/")
    assert page.status_code == 200
    client.post(f"/colleagues/{maria.memberships.get().pk}/withdraw/", {"customer": "erp/10001"})

    [entry] = AuditEntry.objects.filter(kind="membership_withdrawn")
    assert (entry.actor, entry.as_customer, entry.by_office) == (laura, alfreds, True)


# Beginning and end


def test_beginning_and_end_are_noted(client, alfreds):
    laura = someone(as_customer="display")
    as_customer(client, laura, back="/office/orders/10248/", next="/account/")

    response = client.post(STOP, follow=True)

    assert response.redirect_chain[0][0] == "/office/orders/10248/"
    assert noted() == [
        ("as_customer_started", laura.email, "10001"),
        ("as_customer_stopped", laura.email, "10001"),
    ]
    assert [entry.after for entry in AuditEntry.objects.filter(kind="as_customer_started")] == [
        {"level": "display"}
    ]
    assert client.get("/")["Location"] == "/office/"
    assert client.post(STOP)["Location"] == "/office/"
    assert len(noted()) == 2


def test_looking_as_another_ends_the_first(client, alfreds):
    a_customer("10002", name="Ana Trujillo")
    laura = someone(as_customer="display")
    as_customer(client, laura)

    client.post(BEGIN, {"customer": "erp/10002"})

    assert "Ana Trujillo (10002)" in client.get("/").text
    assert [(kind, number) for kind, _who, number in noted()] == [
        ("as_customer_started", "10001"),
        ("as_customer_stopped", "10001"),
        ("as_customer_started", "10002"),
    ]


def test_signing_out_ends_it(client, alfreds):
    laura = someone(as_customer="display")
    as_customer(client, laura)

    client.post("/accounts/logout/")

    assert [kind for kind, _who, _number in noted()] == [
        "as_customer_started",
        "as_customer_stopped",
    ]
    client.force_login(laura)
    assert client.get("/")["Location"] == "/office/"


def test_it_ends_after_two_hours_however_busy(client, alfreds):
    as_customer(client, someone(as_customer="display"))
    start = timezone.now()

    with time_machine.travel(start + timedelta(minutes=119)):
        assert client.get("/account/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=121)):
        response = client.get("/account/", follow=True)

    assert response.redirect_chain == [("/office/", 302)]
    assert "You do not look at the pages of 10001 Alfreds Futterkiste any more." in response.text
    assert noted()[-1][0] == "as_customer_stopped"


@pytest.mark.parametrize("taken", ["the role", "the right", "staff", "the customer"])
def test_what_is_taken_away_ends_it_at_once(client, alfreds, taken):
    laura = someone(as_customer="display", orders="display")
    as_customer(client, laura)
    assert client.get("/orders/10248/").status_code == 200

    match taken:
        case "the role":
            laura.role_grants.all().delete()
        case "the right":
            laura.role_grants.get().role.rights.filter(section="as_customer").delete()
        case "staff":
            User.objects.filter(pk=laura.pk).update(is_staff=False)
        case "the customer":
            alfreds.removed_at = timezone.now()
            alfreds.save(update_fields=["removed_at"])

    assert client.get("/orders/10248/").status_code == 404
    assert BANNER not in client.get("/profile/").text
    assert noted()[-1][0] == "as_customer_stopped"


def test_a_removed_customer_cannot_be_looked_at(client, alfreds):
    alfreds.removed_at = timezone.now()
    alfreds.save(update_fields=["removed_at"])

    response = as_customer(client, someone(as_customer="display"), back="/office/orders/")

    assert response["Location"] == "/office/orders/"
    assert noted() == []


def test_a_blocked_customer_can(client, alfreds):
    alfreds.is_blocked = True
    alfreds.save(update_fields=["is_blocked"])

    as_customer(client, someone(as_customer="display"))

    assert "is blocked" in client.get("/account/").text


@pytest.mark.parametrize("value", ["", "10001", "erp/", "erp/99999", "erp/10001\x00", "x" * 200])
def test_what_names_no_customer_is_not_there(client, alfreds, value):
    assert as_customer(client, someone(as_customer="display"), value).status_code == 404


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_it_leads_to_pages_of_the_portal_and_nowhere_else(client, alfreds, address):
    response = as_customer(client, someone(as_customer="display"), next=address, back=address)

    assert response["Location"] == "/"
    assert client.post(STOP)["Location"] == "/office/"


def test_nothing_begins_or_ends_by_a_link(client, alfreds):
    client.force_login(someone(as_customer="display"))

    assert statuses(client, BEGIN, STOP) == [405, 405]


def test_the_pages_of_orders_and_invoices_offer_it(client, alfreds):
    laura = someone(as_customer="display", orders="display", invoices="display")
    client.force_login(laura)

    for path, page in [
        ("/office/orders/10248/", "/orders/10248/"),
        ("/office/invoices/300412/", "/invoices/300412/"),
    ]:
        text = client.get(path).text
        assert "Look as the customer" in text
        assert f'name="next" value="{page}"' in text
    client.force_login(someone(orders="display"))
    assert "Look as the customer" not in client.get("/office/orders/10248/").text


def test_the_register_of_customers_offers_it_for_those_who_are_there(client, alfreds):
    register = f"/office/customers/{alfreds.pk}/"
    client.force_login(someone(as_customer="display", customers="display"))

    text = client.get(register).text
    assert "Look as the customer" in text
    assert f'name="back" value="{register}"' in text
    alfreds.removed_at = timezone.now()
    alfreds.save(update_fields=["removed_at"])
    assert "Look as the customer" not in client.get(register).text


def test_the_worker_knows_nothing_of_it(alfreds):
    """What is kept on the person of a request is not in the database."""
    laura = User.objects.get(pk=someone(as_customer="process", orders="process").pk)
    session = {}
    acting.begin(session=session, user=laura, customer=alfreds, back="/", now=timezone.now())
    laura.acting = acting.resume(session=session, user=laura, now=timezone.now())

    assert list(Order.objects.visible_to(laura)) != []
    assert list(Order.objects.visible_to(User.objects.get(pk=laura.pk))) == []
