"""Who may sign in to a demo."""

from datetime import UTC, date, datetime

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import Role
from accounts.services import account_settings
from portal.demo import programs, seed
from tests.builders.accounts import a_clerk, a_customer, a_family, an_admin
from tests.builders.invoices import an_invoice
from tests.builders.orders import an_order

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
YESTERDAY, TODAY = date(2026, 11, 15), date(2026, 11, 16)


def a_buyer(number, *, orders=11, due=(YESTERDAY, TODAY), **fields):
    buyer = a_customer(number, email=f"{number}@buyers.example", contact="Kim Buyer", **fields)
    for _ in range(orders):
        an_order(buyer)
    for day in due:
        an_invoice(buyer, due_on=day)
    return buyer


@pytest.mark.django_db
def test_the_first_people_see_several_pages_of_orders_and_overdue_invoices():
    family = {"family": a_family()}
    a_buyer("10001", orders=10)
    a_buyer("10002", due=[TODAY])
    a_buyer("10003", due=[YESTERDAY])
    an_invoice(a_buyer("10004", due=[TODAY]), due_on=YESTERDAY, net="-100", vat="0")
    a_buyer("10005", **family)
    a_buyer("10007")
    a_buyer("10006")
    a_buyer("10008", orders=1, **family)

    members = seed.plant_members(password="only for tests", now=NOW)

    assert [each["number"] for each in members] == ["10006", "10007", "10006", "10005"]


@pytest.mark.django_db
def test_a_demo_without_such_customers_takes_others_that_have_orders_and_invoices():
    family = {"family": a_family()}
    a_buyer("10001", orders=0)
    a_buyer("10002", orders=1, due=[TODAY])
    a_buyer("10003", orders=1, due=[TODAY])
    a_buyer("10004", orders=1, due=[TODAY], **family)
    a_buyer("10005", orders=1, due=[TODAY], **family)

    members = seed.plant_members(password="only for tests", now=NOW)

    assert [each["number"] for each in members] == ["10002", "10003", "10002", "10004"]


@pytest.mark.django_db
def test_the_provider_of_a_new_start_is_another_one_and_the_offices_settings_stay():
    laura = a_clerk()
    for issuer in ("http://127.0.0.1:1", "http://127.0.0.1:2"):
        SocialAccount.objects.create(
            user=laura, provider="office", uid=issuer, extra_data={"issuer": issuer}
        )

    seed.plant_identity(issuer="http://127.0.0.1:2", now=NOW)
    Role.objects.update(name="Renamed by the office")
    seed.plant_identity(issuer="http://127.0.0.1:2", now=NOW)

    assert [account.uid for account in SocialAccount.objects.all()] == ["http://127.0.0.1:2"]
    [role] = Role.objects.all()
    assert (role.name, role.claim_values) == ("Renamed by the office", ["portal.service"])
    assert account_settings.is_internal(programs.IDENTITY["email"])
    assert not account_settings.is_internal(seed.OFFICE_EMAIL)


@pytest.mark.django_db
def test_somebody_can_register_for_a_customer_that_nobody_works_for_yet():
    an_admin(a_buyer("10001"))
    buyer = a_buyer("10002", group="TRADE")
    an_invoice(buyer, "300412", invoiced_on=TODAY, net="1000", vat="234.5")
    an_invoice(buyer, net="-10", vat="0", invoiced_on=TODAY)

    assert seed.find_registration(now=NOW) == {
        "first_name": "Kim",
        "last_name": "Buyer",
        "customer_number": "10002",
        "document_number": "300412",
        "amount": "1,234.50 EUR",
        "email": "10002@buyers.example",
    }
