"""The three-part proof, against the portal's own orders and invoices."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Company
from accounts.proofs import Claim
from accounts.services import company, proving
from accounts.services.proving import Verdict
from portal.lib.amounts import read_amount
from tests.builders.accounts import a_customer
from tests.builders.invoices import an_invoice
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db


def verdict(customer="10001", document="300412", amount="125.50"):
    claim = Claim(document, read_amount(amount))
    return proving.examine(customer_number=customer, claim=claim).verdict


def proven(customer="10001", document="300412", amount="125.50"):
    claim = Claim(document, read_amount(amount))
    return proving.examine(customer_number=customer, claim=claim).customer


@pytest.fixture
def customer():
    return a_customer("10001")


@pytest.mark.parametrize("build", [an_invoice, an_order])
def test_a_document_of_this_number_and_amount_proves_its_customer(customer, build):
    build(customer, "300412")

    assert proven() == customer


@pytest.mark.parametrize("build", [an_invoice, an_order])
def test_each_part_that_is_wrong_is_told_apart(customer, build):
    build(customer, "300412")
    build(a_customer("10002"), "300413")

    assert verdict(customer="10009") == Verdict.UNKNOWN_CUSTOMER
    assert verdict(document="300499") == Verdict.OTHER_DOCUMENT
    assert verdict(document="300413") == Verdict.OTHER_DOCUMENT
    assert verdict(amount="125.51") == Verdict.OTHER_AMOUNT
    assert verdict(customer="10002") == Verdict.OTHER_DOCUMENT


def test_the_gross_amount_proves_and_the_net_amount_does_not(customer):
    an_invoice(customer, "300412", net="100", vat="25.50")

    assert verdict(amount="125.50") == Verdict.PROVEN
    assert verdict(amount="100.00") == Verdict.OTHER_AMOUNT
    assert verdict(amount="25.50") == Verdict.OTHER_AMOUNT


def test_a_paid_invoice_proves_by_its_whole_amount(customer):
    an_invoice(customer, "300412", open_amount="0")

    assert verdict(amount="125.50") == Verdict.PROVEN


@pytest.mark.parametrize("amount", ["125.50", "-125.50", "125,50-"])
def test_a_credit_memo_proves_with_and_without_its_minus(customer, amount):
    an_invoice(customer, "390001", net="-100", vat="-25.50")

    assert verdict(document="390001", amount=amount) == Verdict.PROVEN


def test_a_document_of_zero_proves_nothing(customer):
    an_order(customer, "10248", net="0", vat="0")

    assert verdict(document="10248", amount="0") == Verdict.OTHER_AMOUNT


def test_a_currency_that_was_typed_has_to_be_the_documents(customer):
    an_invoice(customer, "300412", currency="USD")

    assert verdict(amount="125.50") == Verdict.PROVEN
    assert verdict(amount="125.50 USD") == Verdict.PROVEN
    assert verdict(amount="125.50 EUR") == Verdict.OTHER_AMOUNT


def test_an_amount_with_two_readings_proves_by_either(customer):
    an_order(customer, "10248", net="1000", vat="234")
    an_order(customer, "10249", net="1", vat="0.234", currency="KWD")

    assert verdict(document="10248", amount="1,234") == Verdict.PROVEN
    assert verdict(document="10249", amount="1,234") == Verdict.PROVEN


@pytest.mark.parametrize("build", [an_invoice, an_order])
def test_numbers_are_forgiving(build):
    customer = a_customer("PF-0042")
    build(customer, "INV 2026-001")

    assert proven("pf 0042", "inv2026001") == customer


def test_a_number_may_mean_several_documents(customer):
    an_invoice(customer, "300412", net="10", vat="0")
    an_invoice(customer, "300412", net="20", vat="0")

    assert verdict(amount="10") == Verdict.PROVEN
    assert verdict(amount="20") == Verdict.PROVEN
    assert verdict(amount="30") == Verdict.OTHER_AMOUNT


def test_a_number_may_mean_several_customers(customer):
    other = a_customer("10001", source="erp-2")
    an_invoice(customer, "300412")
    an_invoice(other, "300500", source="erp-2")

    assert proven(document="300412") == customer
    assert proven(document="300500") == other


def test_of_several_customers_that_are_proven_one_that_may_register_is_meant(customer):
    customer.is_blocked = True
    customer.save()
    other = a_customer("10001", source="erp-2")
    for each in (customer, other):
        an_invoice(each, "300412", source=each.source)

    assert proven() == other


@pytest.mark.parametrize("build", [an_invoice, an_order])
def test_a_removed_document_proves_nothing(customer, build):
    build(customer, "300412", removed_at=timezone.now())

    assert verdict() == Verdict.OTHER_DOCUMENT


@pytest.mark.parametrize("origin", ["web", "import"])
def test_an_order_that_began_in_the_portal_proves_nothing(customer, origin):
    an_order(customer, "W10001", origin=origin, source="")

    assert verdict(document="W10001") == Verdict.OTHER_DOCUMENT


@pytest.mark.parametrize(
    ("view", "found"),
    [("customer", ("10001", None)), ("payer", (None, "10002"))],
)
def test_the_company_says_whether_customer_or_payer_is_proven_by_an_invoice(customer, view, found):
    company.keep(company=Company(name="Northwind Freight", invoice_view=view))
    payer = a_customer("10002")
    an_invoice(customer, "300412", payer=payer)

    answers = (proven("10001"), proven("10002"))

    assert tuple(each and each.number for each in answers) == found


@pytest.mark.parametrize("documents", [1, 300])
def test_a_proof_costs_the_same_however_much_there_is(
    customer, documents, django_assert_num_queries
):
    for number in range(documents):
        an_invoice(customer, f"{300000 + number}")
    company.current()

    with django_assert_num_queries(3):
        assert verdict(document="300000", amount=str(Decimal("125.50"))) == Verdict.PROVEN
