from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Company
from accounts.sections import Section
from accounts.services import company
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser, an_admin
from tests.builders.invoices import a_settlement, an_invoice, an_invoice_document, an_invoice_line
from tests.builders.orders import a_delivery, an_order

pytestmark = pytest.mark.django_db

PAGE = "/invoices/300412/"
NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def customer():
    return a_customer(number="10001", name="Alfreds Futterkiste")


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.INVOICES, Section.ORDERS)
    client.force_login(user)
    return user


def text_of(response):
    return response.content.decode()


def test_the_page_tells_everything_there_is_to_tell(client, member, customer):
    company.keep(
        company=Company(
            name="Northwind",
            legal_name="Northwind Oy",
            iban="FI21 1234 5600 0007 85",
            bic="NDEAFIHH",
            bank_name="Nordea",
        )
    )
    company.caches["process"].clear()
    order = an_order(customer, "10835")
    a_delivery(order, "80835-1")
    a_delivery(order, "80835-2")
    invoice = an_invoice(
        customer,
        "300412",
        net="200",
        vat="25.50",
        open_amount="150.50",
        order=order,
        order_number="10835",
        delivery_number="80835-1",
        payer=a_customer("10099", name="Alfreds Holding"),
        customer_reference="4500-2180",
        invoiced_on=TODAY - timedelta(days=1),
        due_on=date(2026, 12, 19),
        payment_reference="12345672",
        payment_terms="30 days net",
        discount_until=date(2026, 11, 29),
        discount_percent=Decimal(2),
    )
    an_invoice_line(invoice, description="Road freight", product_number="RF-1", quantity=6)
    an_invoice_line(invoice, description="Abroad", vat_rate="0", vat_category="AE")
    a_settlement(invoice, "75", date(2026, 11, 20), number="500123", reference="RF 7")
    document = an_invoice_document(invoice)

    page = text_of(client.get(PAGE))

    for told in (
        "Invoice 300412",
        'data-kind="go">Partly paid',
        "10001 Alfreds Futterkiste",
        "PO 4500-2180",
        "19 Nov 2026",
        "19 Dec 2026",
        "Road freight",
        "RF-1",
        "6 pcs",
        "Total EUR",
        "225.50",
        '25.5&nbsp;% <span class="dim">Taxed</span>',
        '0&nbsp;% <span class="dim">Reverse charge</span>',
        "Reverse charge: the buyer is liable for the VAT",
        "500123",
        "Receipt",
        "75.00",
        "150.50\xa0EUR",
        "Paid by 29 Nov 2026 it is <b>147.49\xa0EUR</b>: 2&nbsp;% early payment discount, "
        "3.01\xa0EUR less.",
        "30 days net",
        "Northwind Oy",
        "FI21 1234 5600 0007 85",
        "NDEAFIHH",
        "123 45672",
        f'href="/invoices/300412/documents/{document.pk}/"',
        'href="/orders/10835/"',
        "80835-1</a>",
        "Alfreds Holding, 10099",
    ):
        assert told in page
    assert "80835-2" not in page


def test_an_order_and_its_invoices_lead_to_each_other(client, member, customer):
    order = an_order(customer, "10835")
    an_invoice(customer, "300412", order=order, order_number="10835")

    assert 'href="/invoices/300412/"' in text_of(client.get("/orders/10835/"))
    assert 'href="/orders/10835/"' in text_of(client.get(PAGE))


def test_without_the_section_of_orders_there_is_no_way_to_them(client, customer):
    client.force_login(a_member(customer, Section.INVOICES))
    order = an_order(customer, "10835")
    a_delivery(order, "80835-1")
    an_invoice(customer, "300412", order=order, order_number="10835", delivery_number="80835-1")

    page = text_of(client.get(PAGE))

    assert "/orders/" not in page
    assert ("10835" in page, "80835-1" in page) == (True, True)


def test_a_credit_memo_and_what_it_corrects_lead_to_each_other(client, member, customer):
    invoice = an_invoice(customer, "300371", open_amount="25.50")
    memo = an_invoice(customer, "300412", net="-100", vat="0", open_amount="0", corrects=invoice)
    a_settlement(invoice, "100", kind="credit", reference="300412", credit_memo=memo)
    a_settlement(memo, "-100", kind="credit", reference="300371")

    of_memo, of_invoice = client.get(PAGE), client.get("/invoices/300371/")
    to_invoice = f'href="/invoices/300371/?id={invoice.pk}"'
    to_memo = f'href="/invoices/300412/?id={memo.pk}"'

    assert "Credit memo 300412" in text_of(of_memo)
    assert 'data-kind="off">Credit used' in text_of(of_memo)
    assert text_of(of_memo).count(to_invoice) == 2
    assert text_of(of_invoice).count(to_memo) == 2
    assert "How to pay" not in text_of(of_memo)
    assert "\N{MINUS SIGN}100.00" in text_of(of_memo)


def test_what_no_ledger_line_explains_is_named(client, member, customer):
    invoice = an_invoice(customer, "300412", open_amount="0")
    a_settlement(invoice, "100")

    response = client.get(PAGE)

    assert response.context["unexplained"] == Decimal("25.50")
    assert "Without a voucher here" in text_of(response)


def test_a_settlement_that_the_erp_took_back_does_not_show(client, member, customer):
    a_settlement(an_invoice(customer, "300412"), "100", number="500123", removed_at=NOON)

    page = text_of(client.get(PAGE))

    assert "500123" not in page
    assert "Nothing has been paid or credited yet." in page


@pytest.mark.parametrize(
    "late",
    [
        {"discount_until": TODAY - timedelta(days=1)},
        {"open_amount": "0"},
        {"discount_percent": Decimal(0)},
    ],
)
def test_a_discount_that_cannot_be_had_is_not_offered(client, member, customer, late):
    fields = {"discount_until": TODAY, "discount_percent": Decimal(2)} | late
    an_invoice(customer, "300412", **fields)

    assert client.get(PAGE).context["discount"] is None


def test_what_is_paid_says_nothing_of_paying(client, member, customer):
    an_invoice(customer, "300412", open_amount="0", payment_reference="12345672")

    page = text_of(client.get(PAGE))

    assert "How to pay" not in page
    assert 'data-kind="done">Paid' in page


def test_an_invoice_without_lines_order_or_delivery_is_a_page(client, member, customer):
    an_invoice(customer, "300412", net="0", vat="0")

    page = text_of(client.get(PAGE))

    assert "This invoice has no lines." in page
    assert 'id="h-vat"' not in page
    assert "<dt>Order</dt>" not in page


def test_an_order_that_is_not_here_is_a_number(client, member, customer):
    an_invoice(customer, "300412", order_number="99999", delivery_number="89999")

    page = text_of(client.get(PAGE))

    assert "<dt>Order</dt><dd>99999</dd>" in page
    assert "<dt>Delivery</dt><dd>89999</dd>" in page


def test_three_hundred_lines_are_all_there(client, member, customer):
    invoice = an_invoice(customer, "300412", net="300", vat="76.50")
    for _ in range(300):
        an_invoice_line(invoice, net="1")

    response = client.get(PAGE)

    assert text_of(response).count('data-label="Quantity"') == 300
    assert [row.vat_amount for row, _category in response.context["vats"]] == [Decimal("76.50")]


@pytest.mark.parametrize(
    ("currency", "net", "shown"), [("USD", "100", "125.50"), ("JPY", "974.5", "1,000")]
)
def test_amounts_have_the_decimals_of_their_currency(
    client, member, customer, currency, net, shown
):
    an_invoice(customer, "300412", net=net, currency=currency)

    page = text_of(client.get(PAGE))

    assert f"{shown}\xa0{currency}" in page
    assert f"Amount {currency}" in page


def test_a_vat_category_that_nobody_knows_is_shown_as_it_came(client, member, customer):
    invoice = an_invoice(customer, "300412", vat="0")
    an_invoice_line(invoice, vat_rate="0", vat_category="XX")

    assert [category for _row, category in client.get(PAGE).context["vats"]] == ["XX"]


def test_lines_that_do_not_add_up_have_no_breakdown(client, member, customer):
    invoice = an_invoice(customer, "300412")
    an_invoice_line(invoice, net="99")

    response = client.get(PAGE)

    assert response.context["vats"] == []
    assert "125.50" in text_of(response)


def test_a_number_of_two_invoices_asks_which(client, member, customer):
    old = an_invoice(customer, "300412", invoiced_on=date(2024, 3, 1), customer_reference="old")
    new = an_invoice(customer, "300412", customer_reference="new")
    an_invoice(a_customer(), "300412", invoiced_on=date(2023, 3, 1))

    asked = client.get(PAGE)
    chosen = client.get(f"{PAGE}?id={old.pk}")
    nonsense = client.get(f"{PAGE}?id=x")

    page = text_of(asked)
    assert "Which invoice do you mean?" in page
    assert page.index(f'href="?id={new.pk}">300412 of 2026') < page.index(
        f'href="?id={old.pk}">300412 of 2024'
    )
    assert "of 2023" not in page
    assert chosen.context["invoice"] == old
    assert "Which invoice do you mean?" in text_of(nonsense)


def test_the_document_of_the_invoice_meant_opens(client, member, customer):
    old = an_invoice(customer, "300412", invoiced_on=date(2024, 3, 1))
    an_invoice_document(old, name="Old.pdf")
    an_invoice_document(an_invoice(customer, "300412"), name="New.pdf")

    several = client.get("/invoices/300412.pdf")
    one = client.get(f"/invoices/300412.pdf?id={old.pk}")

    assert [line.title for line in several.context["documents"]] == ["New", "Old"] or [
        line.title for line in several.context["documents"]
    ] == ["Old", "New"]
    assert (one.status_code, one.context["document"].title) == (202, "Old")


def test_strangers_find_nothing_and_colleagues_learn_whom_to_ask(client, customer):
    an_invoice(customer, "300412")
    an_admin(customer, first_name="Hanna", last_name="Moos", email="hanna@alfreds.example")

    client.force_login(an_admin(a_customer()))
    assert [client.get(address).status_code for address in (PAGE, "/invoices/300412.pdf")] == [
        404,
        404,
    ]

    client.force_login(a_member(customer, Section.ORDERS))
    refused = client.get(PAGE)
    assert refused.status_code == 403
    assert "hanna@alfreds.example" in text_of(refused)


def test_an_invoice_that_the_erp_removed_is_for_the_office_alone(client, member, customer):
    an_invoice(customer, "300412", removed_at=NOON)

    assert client.get(PAGE).status_code == 404
    client.force_login(a_superuser())
    assert "Removed in the ERP" in text_of(client.get(f"/office{PAGE}"))


def test_the_office_sees_every_invoice_and_links_where_it_may(client, customer):
    an_invoice(customer, "300412", order=an_order(customer, "10835"), order_number="10835")
    client.force_login(a_superuser())

    page = text_of(client.get(f"/office{PAGE}"))

    assert 'href="/office/orders/10835/"' in page
    assert 'href="/office/invoices/"' in page


def test_staff_without_the_right_are_refused(client, customer):
    an_invoice(customer, "300412")
    client.force_login(a_clerk())

    assert client.get(f"/office{PAGE}").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries_however_much_there_is(
    client, member, customer, rows, django_assert_num_queries
):
    order = an_order(customer, "10835")
    invoice = an_invoice(customer, "300412", order=order, order_number="10835")
    for number in range(rows):
        a_delivery(order)
        an_invoice_line(invoice)
        an_invoice_document(invoice)
        memo = an_invoice(customer, net="-1", vat="0", corrects=invoice)
        a_settlement(invoice, number + 1, kind="credit", credit_memo=memo)
    client.get(PAGE)

    with django_assert_num_queries(15):
        client.get(PAGE)
