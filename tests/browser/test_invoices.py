"""A member's invoices: the list, one invoice, its paper that comes, the statement.

Walked with and without JavaScript; every page on the way is checked on a phone and on a desk.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company, filing
from invoices.models import InvoiceDocument
from invoices.services import papers, statements
from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_customer, a_family, a_superuser, an_admin
from tests.builders.invoices import (
    NOON,
    a_settlement,
    an_invoice,
    an_invoice_document,
    an_invoice_line,
)
from tests.builders.orders import PDF, a_delivery, an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maria():
    """An account admin with more invoices than a page holds, of every standing."""
    company.keep(
        company=Company(
            name="Northwind Freight",
            legal_name="Northwind Freight Oy",
            bank_name="Nordea",
            iban="FI21 1234 5600 0007 85",
            bic="NDEAFIHH",
        )
    )
    family = a_family()
    alfreds = a_customer("10001", name="Alfreds Futterkiste", family=family)
    branch = a_customer("10005", name="Alfreds Filiale", family=family)
    today = timezone.localdate()
    for age in range(14):
        an_invoice(
            alfreds,
            f"{300400 - age}",
            customer_reference=f"4500-{2200 - age}",
            invoiced_on=today - timedelta(days=10 + 3 * age),
            due_on=today + timedelta(days=20 - 3 * age),
            open_amount="0" if age % 5 == 4 else None,
        )
    order = an_order(alfreds, "10835")
    a_delivery(order, "80835-1")
    invoice = an_invoice(
        alfreds,
        "300412",
        net="200",
        vat="25.50",
        open_amount="150.50",
        order=order,
        order_number="10835",
        delivery_number="80835-1",
        customer_reference="4500-2180",
        invoiced_on=today - timedelta(days=1),
        due_on=today + timedelta(days=29),
        discount_until=today + timedelta(days=9),
        discount_percent=Decimal(2),
        payment_reference="12345672",
        payment_terms="30 days net, 2 % within 10 days",
    )
    an_invoice_line(invoice, description="Road freight Berlin to Graz", product_number="RF-1")
    an_invoice_line(invoice, description="Freight abroad", vat_rate="0", vat_category="AE")
    memo = an_invoice(
        alfreds, "300411", net="-75", vat="0", open_amount="0", invoiced_on=today, corrects=invoice
    )
    a_settlement(invoice, "75", today, kind="credit", reference="300411", credit_memo=memo)
    a_settlement(memo, "-75", today, kind="credit", reference="300412")
    an_invoice_document(invoice)
    an_invoice(branch, "20001")
    return an_admin(alfreds, email="m.anders@alfreds.example", covers_family=True)


@pytest.fixture
def open_list(visit, page, maria):
    visit("/customers/", user=maria)
    page.get_by_role("row", name="10001").get_by_role("button").click()
    page.get_by_role("link", name="Invoices", exact=True).click()
    expect(page.get_by_role("heading", name="My invoices")).to_be_visible()


@WITH_AND_WITHOUT_SCRIPT
def test_a_member_walks_through_invoices(page, open_list, look, script):
    expect(page.locator("tbody .key")).to_have_count(10)
    expect(page.get_by_text("To pay")).to_be_visible()
    look()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()
    expect(page.get_by_text("Overdue").last).to_be_visible()

    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("tbody .key").first).to_contain_text("Credit memo")
    page.locator("main [type=search]").fill("4500-2180")
    page.keyboard.press("Enter")
    expect(page.locator("tbody .key")).to_have_text(["300412"])

    page.get_by_role("link", name="300412", exact=True).click()
    expect(page.get_by_role("heading", name="Invoice 300412")).to_be_visible()
    expect(page.get_by_text("FI21 1234 5600 0007 85")).to_be_visible()
    look()
    page.get_by_role("link", name="Credit memo 300411").click()
    expect(page.get_by_role("heading", name="Credit memo 300411")).to_be_visible()
    look()
    page.get_by_role("link", name="300412", exact=True).first.click()
    page.get_by_role("link", name="80835-1").click()
    expect(page.get_by_role("heading", name="Delivery 80835-1")).to_be_visible()
    page.get_by_role("link", name="300412", exact=True).click()

    page.get_by_role("link", name="My invoices").click()
    page.get_by_role("link", name="Statement").click()
    expect(page.get_by_role("heading", name="Statement of open invoices")).to_be_visible()
    look()
    page.get_by_label("All customers of the family").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.startswith("statement-10001-")
    assert b"\r\n20001," in download.value.path().read_bytes()


@WITH_AND_WITHOUT_SCRIPT
def test_a_paper_is_waited_for_and_then_there(visit, page, open_list, look, script):
    visit("/invoices/300412.pdf", status=202)
    expect(page.get_by_text("The document is being fetched from the ERP.")).to_be_visible()
    look()

    document = InvoiceDocument.objects.get()
    with page.expect_response(is_a_paper):
        filing.store(
            InvoiceDocument,
            document_id=document.pk,
            version=document.changed_at,
            content=PDF,
            now=NOON,
        )
        if not script:
            page.get_by_role("link", name="Look again").click()


def is_a_paper(response):
    return response.headers.get("content-type") == "application/pdf"


@WITH_AND_WITHOUT_SCRIPT
def test_a_statement_is_printed_in_a_new_tab_and_then_there(
    page, open_list, assert_accessible, script
):
    page.get_by_role("link", name="Statement").click()
    page.get_by_label("Open on").fill((timezone.localdate() - timedelta(days=5)).isoformat())
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="PDF").click()
    tab = opened.value
    expect(tab.get_by_text("The document is being made.")).to_be_visible()
    assert_accessible(tab)

    with tab.expect_response(is_a_paper) as paper:
        statements.print_wanted(clock=timezone.now)
        if not script:
            tab.get_by_role("link", name="Look again").click()

    assert "Statement" in paper.value.headers["content-disposition"]
    expect(page.get_by_role("heading", name="Statement of open invoices")).to_be_visible()


@WITH_AND_WITHOUT_SCRIPT
def test_an_invoice_that_the_portal_prints_is_waited_for_and_then_there(
    visit, page, open_list, look, script
):
    visit("/invoices/300400.pdf", status=202)
    expect(page.get_by_text("The document is being made.")).to_be_visible()
    look()

    with page.expect_response(is_a_paper):
        papers.print_wanted(clock=timezone.now)
        if not script:
            page.get_by_role("link", name="Look again").click()


def test_a_statement_that_cannot_be_says_so_on_its_page(visit, page, open_list, look):
    visit("/invoices/statement.csv?on=2999-01-01", status=400)

    expect(page.get_by_role("group", name="There is a problem")).to_contain_text(
        "This day has not come yet."
    )
    look()


@pytest.mark.parametrize("path", ["/office/invoices/", "/office/invoices/300412/"])
def test_a_page_of_the_office_is_accessible(visit, page, look, maria, path):
    visit(path, user=a_superuser())

    look()
