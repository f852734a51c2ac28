from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Company
from accounts.services import company
from tests.builders.accounts import a_customer, an_address, an_admin

pytestmark = pytest.mark.django_db


def page(client, customer, path):
    client.force_login(an_admin(customer))
    return client.get(path).content.decode()


def test_my_account_shows_contact_terms_credit_and_invoice_address(client):
    payer = a_customer("10002", name="Ernst Handel")
    customer = a_customer(
        "10001",
        name="Alfreds Futterkiste",
        contact="Maria Anders",
        email="m.anders@alfreds.example",
        phone="030-0074321",
        business_id="2876540-0",
        payment_terms="30 days net",
        delivery_terms="DAP",
        currency="EUR",
        credit_limit=Decimal("25000.000"),
        credit_used=Decimal("7643.950"),
        payer=payer,
    )
    an_address(customer, kind="invoice", street="Obere Str. 57", city="Berlin", country="DE")

    text = page(client, customer, "/account/")

    for shown in (
        "10001",
        "Alfreds Futterkiste",
        "Maria Anders",
        "m.anders@alfreds.example",
        "030-0074321",
        "2876540-0",
        "30 days net",
        "DAP",
        "10002 Ernst Handel",
        "17,356.05 <small>EUR</small>",
        "7,643.95 <small>EUR</small>",
        "25,000.00 <small>EUR</small>",
        "Obere Str. 57",
        "Germany",
        "No data from the ERP yet",
    ):
        assert shown in text


def test_figures_have_the_scale_of_the_customers_currency(client):
    customer = a_customer(currency="JPY", credit_limit=1200000, credit_used=0)

    assert "1,200,000 <small>JPY</small>" in page(client, customer, "/account/")


def test_a_customer_without_currency_is_counted_in_the_companys(client):
    company.keep(company=Company(name="Northwind Freight", currency="SEK"))
    customer = a_customer(currency="", credit_limit=100)

    assert "100.00 <small>SEK</small>" in page(client, customer, "/account/")


def test_credit_left_is_never_below_nothing(client):
    customer = a_customer(credit_limit=100, credit_used=250)

    assert "0.00 <small>EUR</small>" in page(client, customer, "/account/")


def test_an_account_of_which_little_is_known_says_so(client):
    text = page(client, a_customer(), "/account/")

    assert "No credit limit is set for you." in text
    assert "No invoice address is known." in text
    assert "No contact is known." in text


def test_my_addresses_are_the_invoice_address_and_the_others(client):
    customer = a_customer("10001")
    an_address(customer, kind="invoice", name="Accounts", city="Berlin")
    an_address(customer, kind="delivery", name="Warehouse", city="Potsdam", contact="Hanna")
    an_address(customer, kind="other", name="Fair", city="Bonn")
    an_address(customer, kind="delivery", name="Old yard", removed_at=timezone.now())
    an_address(a_customer("10002"), name="Somebody else")

    text = page(client, customer, "/addresses/")

    shown = [text.index(word) for word in ("Accounts", "Further addresses", "Fair", "Warehouse")]
    assert shown == sorted(shown)
    assert ("Hanna" in text, "Old yard" in text, "Somebody else" in text) == (True, False, False)


def test_a_customer_without_addresses_is_told_what_will_show_here(client):
    assert "No addresses yet" in page(client, a_customer(), "/addresses/")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", ["/account/", "/addresses/"])
def test_account_pages_take_the_same_few_queries(client, django_assert_num_queries, path, count):
    customer = a_customer()
    for _ in range(count):
        an_address(customer, kind="invoice")
    client.force_login(an_admin(customer))
    client.get(path)

    # Session, user, active customer, addresses.
    with django_assert_num_queries(4):
        client.get(path)


def test_nothing_of_a_name_reaches_the_page_as_markup(client):
    customer = a_customer(name="<script>alert(1)</script>", is_blocked=True)
    an_address(customer, kind="invoice", name="<b onclick=x>")

    for path in ("/", "/account/", "/addresses/", "/customers/"):
        text = page(client, customer, path)
        assert "<script>alert" not in text
        assert "<b onclick" not in text
