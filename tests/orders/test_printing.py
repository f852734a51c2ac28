"""Confirmations and delivery notes, from the asking to the file."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import caches
from pypdf import PdfReader

from accounts.models import Company, DocumentState
from accounts.services import company, filing
from orders.models import OrderDocument
from orders.services import papers
from orders.states import OrderStatus
from tests.builders.accounts import a_customer, an_address
from tests.builders.orders import (
    NOON,
    a_delivery,
    a_line,
    a_paper,
    a_shipment,
    an_event,
    an_order,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=2)


@pytest.fixture(autouse=True)
def _seller(request):
    request.getfixturevalue("db")
    company.keep(company=Company(name="Northwind Freight", country="FI", language="fi"))


def changed(**fields):
    seller = Company.objects.get()
    for field, value in fields.items():
        setattr(seller, field, value)
    company.keep(company=seller)
    caches["process"].clear()


def a_confirmed_order(**fields):
    order = an_order(status=OrderStatus.CONFIRMED, **fields)
    a_line(order)
    return order


def printed_text(document):
    papers.print_wanted(clock=lambda: LATER)
    document.refresh_from_db()
    with document.file.content.open("rb") as file:
        return PdfReader(io.BytesIO(file.read())).pages[0].extract_text()


def test_a_confirmation_is_wanted_first_and_printed_by_the_worker():
    order = a_confirmed_order(number="10952")

    document = papers.want_confirmation(order_id=order.pk, now=NOON)

    assert (document.state, document.version, document.name) == (
        DocumentState.WANTED,
        1,
        "Tilausvahvistus 10952.pdf",
    )
    assert "Line 1" in printed_text(document)
    assert (document.state, document.size, document.claimed_until) == (
        DocumentState.STORED,
        document.file.size,
        None,
    )


def test_asking_again_gives_the_same_file_whatever_happened_to_the_goods():
    order = a_confirmed_order()
    document = papers.want_confirmation(order_id=order.pk, now=NOON)
    papers.print_wanted(clock=lambda: NOON)
    order.status = OrderStatus.DELIVERED
    order.save(update_fields=["status"])
    order.lines.update(delivered_quantity=1)

    again = papers.want_confirmation(order_id=order.pk, now=LATER)

    assert (again.pk, again.state) == (document.pk, DocumentState.STORED)


def test_a_changed_order_gets_a_new_version_and_keeps_the_old_file():
    order = a_confirmed_order(number="10952")
    first = papers.want_confirmation(order_id=order.pk, now=NOON)
    papers.print_wanted(clock=lambda: NOON)
    order.lines.update(net_amount=Decimal(200))

    second = papers.want_confirmation(order_id=order.pk, now=LATER)
    papers.print_wanted(clock=lambda: LATER)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.version, second.number) == (2, "10952 v2")
    assert (first.state, second.state) == (DocumentState.STORED, DocumentState.STORED)
    assert first.file != second.file


def test_a_company_that_moves_changes_no_paper_that_is_out():
    order = a_confirmed_order()
    first = papers.want_confirmation(order_id=order.pk, now=NOON)
    changed(street="Elsewhere 1")

    assert papers.want_confirmation(order_id=order.pk, now=LATER).pk == first.pk


def test_the_paper_of_the_erp_goes_before_our_own():
    order = a_confirmed_order()
    a_paper(order)

    with pytest.raises(papers.NotPrinted):
        papers.want_confirmation(order_id=order.pk, now=NOON)


def test_a_paper_that_the_erp_removed_is_replaced_by_ours():
    order = a_confirmed_order()
    a_paper(order, removed_at=NOON)

    assert papers.want_confirmation(order_id=order.pk, now=NOON).is_ours


@pytest.mark.parametrize("status", [OrderStatus.RECEIVED, OrderStatus.CANCELLED])
def test_only_what_the_seller_accepted_is_confirmed(status):
    order = an_order(status=status)

    with pytest.raises(papers.NotPrinted):
        papers.want_confirmation(order_id=order.pk, now=NOON)


def test_the_office_can_switch_a_paper_off():
    order = a_confirmed_order()
    changed(printed_papers=["invoice"])

    with pytest.raises(papers.NotPrinted):
        papers.want_confirmation(order_id=order.pk, now=NOON)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("de", "Auftragsbestätigung"),
        ("", "Tilausvahvistus"),
        ("es", "Order confirmation"),
    ],
)
def test_the_paper_speaks_the_customer_s_language(language, title):
    order = a_confirmed_order(customer=a_customer(language=language))

    document = papers.want_confirmation(order_id=order.pk, now=NOON)

    assert title in printed_text(document)


def test_the_confirmation_is_dated_by_the_erp_and_goes_to_the_invoice_address():
    customer = a_customer(language="en")
    an_address(customer, "delivery", name="Warehouse")
    an_address(customer, "invoice", name="Head Office", street="Obere Str. 57", contact="M. Anders")
    order = a_confirmed_order(customer=customer)
    an_event(order, "confirmed", NOON - timedelta(days=400))

    text = printed_text(papers.want_confirmation(order_id=order.pk, now=NOON))

    assert "Head Office\nM. Anders\nObere Str. 57\nBerlin\nGERMANY" in text
    assert "12 Oct 2025" in text


def test_a_delivery_note_names_goods_and_shipments_but_no_prices():
    order = a_confirmed_order(
        customer=a_customer(language="en"), ship_to_name="Ernst Handel", ship_to_city="Graz"
    )
    delivery = a_delivery(order, departed_at=NOON)
    a_shipment(delivery, forwarding_agent="Speedy Express", net_weight=Decimal("12.5"))

    document = papers.want_delivery_note(delivery_id=delivery.pk, now=NOON)

    text = printed_text(document)
    assert [word in text for word in ("Ernst Handel", "Line 1", "Speedy Express", "12.5")] == [
        True
    ] * 4
    assert "EUR" not in text


def test_which_goods_are_in_which_of_several_deliveries_is_not_guessed():
    order = a_confirmed_order(customer=a_customer(language="en"))
    first = a_delivery(order, departed_at=NOON)
    a_delivery(order)

    text = printed_text(papers.want_delivery_note(delivery_id=first.pk, now=NOON))

    assert "Line 1" not in text


def test_goods_that_have_not_left_have_no_delivery_note():
    delivery = a_delivery(a_confirmed_order())

    with pytest.raises(papers.NotPrinted):
        papers.want_delivery_note(delivery_id=delivery.pk, now=NOON)


def test_a_paper_that_cannot_be_made_fails_alone_and_can_be_tried_again(caplog):
    broken, fine = a_confirmed_order(), a_confirmed_order()
    documents = [papers.want_confirmation(order_id=o.pk, now=NOON) for o in (broken, fine)]
    OrderDocument.objects.filter(pk=documents[0].pk).update(language="no such")

    papers.print_wanted(clock=lambda: NOON)

    states = OrderDocument.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [DocumentState.FAILED, DocumentState.STORED]
    assert [record.message for record in caplog.records] == ["paper cannot be printed"]

    OrderDocument.objects.filter(pk=documents[0].pk).update(language="en")
    filing.want_again(OrderDocument, document_id=documents[0].pk, now=LATER)
    papers.print_wanted(clock=lambda: LATER)

    documents[0].refresh_from_db()
    assert (documents[0].state, documents[0].failure) == (DocumentState.STORED, "")


def test_a_paper_that_another_worker_prints_is_left_to_it_until_its_claim_ends():
    document = papers.want_confirmation(order_id=a_confirmed_order().pk, now=NOON)
    OrderDocument.objects.update(claimed_until=NOON + timedelta(minutes=5))

    papers.print_wanted(clock=lambda: NOON)
    document.refresh_from_db()
    assert document.state == DocumentState.WANTED

    papers.print_wanted(clock=lambda: NOON + timedelta(minutes=6))
    document.refresh_from_db()
    assert document.state == DocumentState.STORED
