"""Opening documents, as a member's browser does."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Company, DocumentState
from accounts.sections import Section
from accounts.services import company, stored_files
from orders.models import Order, OrderDocument
from orders.services import papers
from orders.states import OrderStatus
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.orders import NOON, PDF, a_delivery, a_line, a_paper, an_order

pytestmark = pytest.mark.django_db

CONFIRMATION = "/orders/10952/confirmation.pdf"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer():
    return a_customer()


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.ORDERS)
    client.force_login(user)
    return user


@pytest.fixture
def order(customer):
    return an_order(customer, "10952")


@pytest.fixture
def confirmed(order):
    """The order once the seller has accepted it."""
    order.status = OrderStatus.CONFIRMED
    order.save()
    a_line(order)
    return order


@pytest.fixture
def delivery(confirmed):
    return a_delivery(confirmed, "80952", departed_at=NOON)


def print_nothing():
    company.keep(company=Company(name="Northwind", printed_papers=[]))
    company.caches["process"].clear()


def printed():
    papers.print_wanted(clock=lambda: NOON)


def text_of(response):
    return response.content.decode()


def lines_of(response):
    return [(line.title, line.href) for line in response.context["documents"]]


def arrives(document):
    """What the worker does when the ERP has handed the bytes out."""
    document.file = stored_files.keep(content=PDF, media_type="application/pdf", now=NOON)
    document.state = DocumentState.STORED
    document.save()


def test_a_stored_document_opens_in_the_browser(client, member, order):
    a_paper(order, content=PDF)

    response = client.get(CONFIRMATION)
    again = client.get(CONFIRMATION, headers={"If-None-Match": response["ETag"]})
    part = client.get(CONFIRMATION, headers={"Range": "bytes=0-3"})

    assert (response.status_code, b"".join(response)) == (200, PDF)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="Order confirmation 10952.pdf"'
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (part.status_code, b"".join(part)) == (206, b"%PDF")


def test_a_document_not_here_yet_is_asked_for_and_opens_when_it_has_come(client, member, order):
    document = a_paper(order)

    with time_machine.travel(NOON, tick=False):
        page = client.get(CONFIRMATION)
        poll = client.get(CONFIRMATION, headers=HTMX)
        document.refresh_from_db()
        arrives(document)
        arrived = client.get(CONFIRMATION, headers=HTMX)
        opened = client.get(CONFIRMATION)

    assert page.status_code == 202
    assert "The document is being fetched from the ERP." in text_of(page)
    assert f'<a class="btn" href="{CONFIRMATION}">' in text_of(page)
    assert (document.wanted_at, poll.status_code) == (NOON, 200)
    assert 'hx-trigger="every 1s"' in text_of(poll)
    assert text_of(poll).strip() in text_of(page)
    assert arrived.headers["HX-Redirect"] == CONFIRMATION
    assert b"".join(opened) == PDF


def test_asking_again_changes_nothing_and_patience_ends(client, member, order):
    document = a_paper(order)
    with time_machine.travel(NOON, tick=False):
        client.get(CONFIRMATION)

    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        page = client.get(CONFIRMATION)

    document.refresh_from_db()
    assert (document.state, document.wanted_at) == (DocumentState.WANTED, NOON)
    assert "This takes longer than it should." in text_of(page)
    assert "hx-trigger" not in text_of(page)


def test_a_failure_is_told_and_tried_again_by_the_button_alone(client, member, order):
    document = a_paper(order, state=DocumentState.FAILED, failure="ERP: no such file")
    address = f"/orders/10952/documents/{document.pk}/"

    page = client.get(address)
    document.refresh_from_db()
    before = document.state
    tried = client.post(address)
    document.refresh_from_db()

    assert page.status_code == 502
    assert "This document could not be fetched." in text_of(page)
    assert "no such file" not in text_of(page)
    assert before == DocumentState.FAILED
    assert tried.headers["Location"] == address
    assert document.state == DocumentState.WANTED


def test_an_order_without_documents_says_so(client, member, order):
    a_paper(order, removed_at=NOON)
    a_paper(order, "delivery_note", delivery=a_delivery(order))

    response = client.get(CONFIRMATION)

    assert response.status_code == 404
    assert "No documents available" in text_of(response)


def test_several_confirmations_are_offered_one_by_one(client, member, order):
    first = a_paper(order, number="10952-1", content=PDF)
    second = a_paper(order, number="10952-2", issued_at=NOON + timedelta(days=1))
    a_paper(order, "other", name="Data sheet")

    page = client.get(CONFIRMATION)

    assert page.status_code == 200
    assert [document.title for document in page.context["documents"]] == [
        "Order confirmation 10952-1",
        "Order confirmation 10952-2",
    ]
    assert [document.href for document in page.context["documents"]] == [
        f"/orders/10952/documents/{document.pk}/" for document in (first, second)
    ]
    assert b"".join(client.get(page.context["documents"][0].href)) == PDF


def test_without_a_confirmation_the_other_documents_of_the_order_open(client, member, order):
    a_paper(order, "other", name="Data sheet", content=PDF)

    response = client.get(CONFIRMATION)

    assert response["Content-Disposition"] == 'inline; filename="Data sheet.pdf"'


def test_a_delivery_note_opens_by_the_number_of_its_delivery(client, member, order):
    delivery = a_delivery(order, "80952/1")
    a_paper(order, "delivery_note", delivery=delivery, number="80952/1", content=PDF)
    a_paper(order, content=b"%PDF-1.7 another")

    response = client.get("/deliveries/80952/1.pdf")

    assert b"".join(response) == PDF
    assert response["Content-Disposition"] == 'inline; filename="Delivery note 80952-1.pdf"'


def test_a_delivery_number_of_two_sources_offers_both(client, member, customer):
    for source in ("erp", "old"):
        order = an_order(customer, f"of {source}", source=source)
        delivery = a_delivery(order, "80952")
        a_paper(order, "delivery_note", delivery=delivery, number="80952")

    page = client.get("/deliveries/80952.pdf")

    assert len(page.context["documents"]) == 2


def test_documents_of_strangers_are_not_there(client, member, order):
    foreign = a_paper(an_order(number="77777"), content=PDF)
    a_delivery(foreign.order, "80001")

    addresses = [
        "/orders/77777/confirmation.pdf",
        f"/orders/77777/documents/{foreign.pk}/",
        f"/orders/10952/documents/{foreign.pk}/",
        f"/orders/10952/documents/{'9' * 40}/",
        "/deliveries/80001.pdf",
        "/deliveries/unknown.pdf",
        "/deliveries/%00.pdf",
    ]

    assert [client.get(address).status_code for address in addresses] == [404] * 7
    assert client.post(addresses[1]).status_code == 404


def test_two_documents_with_the_same_bytes_share_one_file(client, member, order):
    first = a_paper(order, content=PDF)
    second = a_paper(order, "other", content=PDF)

    assert first.file == second.file


def test_the_office_opens_any_document(client, order):
    client.force_login(a_superuser())
    document = a_paper(order, content=PDF)
    delivery = a_delivery(order, "80952")

    opened = b"".join(client.get(f"/office/orders/10952/documents/{document.pk}/"))
    confirmation = b"".join(client.get("/office/orders/10952/confirmation.pdf"))
    none = client.get(f"/office/deliveries/{delivery.number}.pdf")

    assert opened == confirmation == PDF
    assert "No documents available" in text_of(none)
    assert none.status_code == 404


def test_a_paper_whose_file_is_gone_from_the_disk_is_brought_anew(client, member, order, caplog):
    document = a_paper(order, content=PDF)
    document.file.content.storage.delete(document.file.content.name)

    response = client.get(CONFIRMATION)
    document.refresh_from_db()
    asked = document.state
    arrives(document)
    again = client.get(CONFIRMATION)

    assert (response.status_code, asked) == (202, DocumentState.WANTED)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "stored file is missing"
    ]
    assert (again.status_code, b"".join(again)) == (200, PDF)


def test_the_papers_of_a_delivery_that_the_erp_removed_are_gone_with_it(client, member, order):
    delivery = a_delivery(order, "80952-1")
    note = a_paper(order, "delivery_note", delivery=delivery, content=PDF)
    address = f"/orders/10952/documents/{note.pk}/"
    before = client.get(address), text_of(client.get("/orders/10952/"))
    delivery.removed_at = NOON
    delivery.save()

    after = client.get(address), text_of(client.get("/orders/10952/"))

    assert [page.status_code for page, _ in (before, after)] == [200, 404]
    assert [address in order_page for _, order_page in (before, after)] == [True, False]


def test_where_the_erp_keeps_no_confirmation_the_portal_prints_one_once(client, member, confirmed):
    listed = client.get("/orders/").context["rows"][0].papers
    page = client.get(listed)
    printed()
    first, second = (b"".join(client.get(CONFIRMATION)) for _ in range(2))

    assert (listed, page.status_code) == (CONFIRMATION, 202)
    assert "The document is being made." in text_of(page)
    assert first.startswith(b"%PDF-")
    assert first == second
    assert lines_of(client.get("/orders/10952/")) == [
        ("Order confirmation 10952", f"{CONFIRMATION}?source=erp")
    ]
    assert OrderDocument.objects.count() == 1


def test_an_order_that_nobody_has_confirmed_yet_has_no_confirmation(client, member, order):
    row = client.get("/orders/").context["rows"][0]
    response = client.get(CONFIRMATION)

    assert (row.papers, response.status_code) == ("", 404)
    assert "No documents available" in text_of(response)
    assert "No documents available" in text_of(client.get("/orders/10952/"))
    assert OrderDocument.objects.count() == 0


def test_with_printing_switched_off_only_what_is_on_file_opens(client, member, confirmed, delivery):
    client.get("/deliveries/80952.pdf")
    printed()
    print_nothing()

    page = client.get("/orders/10952/")

    assert client.get("/orders/").context["rows"][0].papers == ""
    assert client.get(CONFIRMATION).status_code == 404
    assert [title for title, _ in lines_of(page)] == ["Delivery note 80952"]
    assert client.get(lines_of(page)[0][1]).status_code == 200
    assert client.get("/deliveries/80952.pdf").status_code == 200


def test_the_erps_confirmation_wins_over_one_that_was_printed(client, member, confirmed):
    client.get(CONFIRMATION)
    printed()
    document = a_paper(confirmed, content=PDF)

    assert b"".join(client.get(CONFIRMATION)) == PDF
    assert lines_of(client.get("/orders/10952/")) == [
        ("Order confirmation 10952", f"/orders/10952/documents/{document.pk}/")
    ]


def test_other_papers_of_the_erp_stand_beside_the_confirmation_that_is_printed(
    client, member, confirmed
):
    sheet = a_paper(confirmed, "other", name="Data sheet", content=PDF)

    page = client.get(CONFIRMATION)

    assert "The document is being made." in text_of(page)
    assert lines_of(client.get("/orders/10952/")) == [
        ("Order confirmation 10952", f"{CONFIRMATION}?source=erp"),
        ("Data sheet", f"/orders/10952/documents/{sheet.pk}/"),
    ]


def test_a_changed_order_gets_a_new_confirmation_and_keeps_the_old_one(client, member, confirmed):
    client.get(CONFIRMATION)
    printed()
    before = b"".join(client.get(CONFIRMATION))
    Order.objects.update(customer_reference="4500-1")

    waiting = client.get(CONFIRMATION)
    printed()
    after = b"".join(client.get(CONFIRMATION))
    newest, older = lines_of(client.get("/orders/10952/"))

    assert waiting.status_code == 202
    assert before != after
    assert newest == ("Order confirmation 10952 v2", f"{CONFIRMATION}?source=erp")
    assert b"".join(client.get(older[1])) == before


def test_a_cancelled_order_keeps_the_confirmation_that_went_out(client, member, confirmed):
    client.get(CONFIRMATION)
    printed()
    Order.objects.update(status=OrderStatus.CANCELLED)

    assert client.get("/orders/").context["rows"][0].papers == CONFIRMATION
    assert client.get(CONFIRMATION).status_code == 200


def test_orders_of_one_number_have_a_confirmation_each(client, member, customer):
    for source in ("erp", "old"):
        an_order(customer, "10952", source=source, status=OrderStatus.CONFIRMED)

    offered = client.get(CONFIRMATION)
    for _title, href in lines_of(offered):
        client.get(href)

    assert [href for _title, href in lines_of(offered)] == [
        f"{CONFIRMATION}?source=erp",
        f"{CONFIRMATION}?source=old",
    ]
    assert sorted(OrderDocument.objects.values_list("order__source", flat=True)) == ["erp", "old"]


def test_goods_that_have_left_have_a_note_that_the_portal_prints(client, member, delivery):
    drawer = text_of(client.get("/orders/?deliveries=10952"))
    page = client.get("/deliveries/80952.pdf")
    printed()
    opened = client.get("/deliveries/80952.pdf")

    assert 'href="/deliveries/80952.pdf"' in drawer
    assert "The document is being made." in text_of(page)
    assert opened["Content-Disposition"] == 'inline; filename="Delivery note 80952.pdf"'
    assert lines_of(client.get("/orders/10952/"))[1:] == [
        ("Delivery note 80952", "/deliveries/80952.pdf?source=erp&kind=delivery_note")
    ]


def test_goods_that_have_not_left_have_no_note(client, member, confirmed):
    a_delivery(confirmed, "80952")

    drawer = text_of(client.get("/orders/?deliveries=10952"))

    assert "/deliveries/80952.pdf" not in drawer
    assert "No documents available" in drawer
    assert client.get("/deliveries/80952.pdf").status_code == 404


def test_a_note_that_is_printed_is_offered_beside_the_erps_other_papers(client, member, delivery):
    waybill = a_paper(
        delivery.order, "other", delivery=delivery, name="CMR.jpg", media_type="image/jpeg"
    )

    offered = client.get("/deliveries/80952.pdf")
    note, other = lines_of(offered)

    assert [note[0], other] == [
        "Delivery note 80952",
        ("CMR", f"/orders/10952/documents/{waybill.pk}/"),
    ]
    assert "The document is being made." in text_of(client.get(note[1]))
    printed()
    assert client.get(note[1])["Content-Type"] == "application/pdf"


def test_a_paper_that_could_not_be_made_is_tried_again_by_the_button(client, member, confirmed):
    client.get(CONFIRMATION)
    OrderDocument.objects.update(state=DocumentState.FAILED, failure="no memory")

    failed = client.get(CONFIRMATION)
    tried = client.post(CONFIRMATION)

    assert failed.status_code == 502
    assert "This document could not be made." in text_of(failed)
    assert "no memory" not in text_of(failed)
    assert tried["Location"] == CONFIRMATION
    assert OrderDocument.objects.get().state == DocumentState.WANTED


def test_nobody_else_has_a_paper_printed(client, customer, delivery):
    addresses = (CONFIRMATION, "/deliveries/80952.pdf")
    client.force_login(a_member(a_customer(), *Section))
    stranger = [client.get(address).status_code for address in addresses]
    client.force_login(a_member(customer, Section.INVOICES))
    colleague = [client.get(address).status_code for address in addresses]

    assert (stranger, colleague) == ([404, 404], [403, 403])
    assert OrderDocument.objects.count() == 0


def test_the_office_has_papers_printed_like_members(client, delivery):
    client.force_login(a_superuser())

    row = client.get("/office/orders/").context["rows"][0]
    made = [
        client.get(address).status_code for address in (row.papers, "/office/deliveries/80952.pdf")
    ]

    assert row.papers == "/office/orders/10952/confirmation.pdf"
    assert made == [202, 202]
    assert [href for _title, href in lines_of(client.get("/office/orders/10952/"))] == [
        "/office/orders/10952/confirmation.pdf?source=erp",
        "/office/deliveries/80952.pdf?source=erp&kind=delivery_note",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_papers_that_are_printed_cost_a_page_no_queries(
    client, member, confirmed, count, django_assert_num_queries
):
    for _ in range(count):
        a_delivery(confirmed, departed_at=NOON)
    client.get("/orders/10952/")

    with django_assert_num_queries(12):
        assert len(lines_of(client.get("/orders/10952/"))) == 1 + count
