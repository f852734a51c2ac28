"""Bytes of papers: asked for when somebody opens one, checked, kept, or failed with the reason."""

from datetime import timedelta

import pytest

from accounts.models import DocumentState, StoredFile
from accounts.services import filing
from erp_bridge import fetching
from erp_bridge.ports import Feed, Rejected, Unavailable
from invoices.models import InvoiceDocument
from orders.models import OrderDocument
from tests.builders.erp_bridge import (
    a_connection,
    a_customer_record,
    a_document_record,
    an_invoice_record,
    an_order_record,
)
from tests.erp_bridge.scripted import Clock, ScriptedErp, read

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a paper"


@pytest.fixture
def connector():
    """An ERP with two papers of an order and one of an invoice."""
    connector = ScriptedErp(
        a_customer_record(),
        an_order_record(),
        an_invoice_record(),
        a_document_record("X1"),
        a_document_record("X2", kind="other", name="second.pdf"),
        a_document_record("X3", about=Feed.INVOICES, about_id="I1", kind="invoice"),
    )
    connector.files = {"X1": PDF, "X2": PDF, "X3": b"%PDF-1.7 another"}
    read(a_connection(timeout_seconds=30), connector)
    connector.calls.clear()
    return connector


def fetch(connector, clock=None):
    fetching.fetch_documents(connect=lambda _erp: connector, clock=clock or Clock())


def want(name="confirmation.pdf", table=OrderDocument):
    document = table.objects.get(name=name)
    return filing.want(table, document_id=document.pk, now=Clock().now)


def test_a_wanted_paper_is_fetched_and_kept(connector):
    paper = want()
    before = fetching.is_work_left(now=Clock().now)

    fetch(connector)

    paper.refresh_from_db()
    assert before
    assert (paper.state, paper.file.size, paper.file.media_type) == (
        DocumentState.STORED,
        len(PDF),
        "application/pdf",
    )
    assert paper.file.content.read() == PDF
    assert connector.calls == [("document", "X1")]
    assert not fetching.is_work_left(now=Clock().now)


def test_papers_of_orders_and_invoices_are_told_apart(connector):
    want(table=InvoiceDocument)

    fetch(connector)

    assert connector.calls == [("document", "X3")]
    assert InvoiceDocument.objects.get().is_ready
    assert not OrderDocument.objects.filter(state=DocumentState.STORED).exists()


def test_the_same_bytes_are_kept_once(connector):
    want()
    want("second.pdf")

    fetch(connector)

    assert OrderDocument.objects.filter(state=DocumentState.STORED).count() == 2
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Rejected("There is no such document."), "There is no such document."),
        (b"<html>no</html>", "15 bytes came that are not of type application/pdf."),
        (b"", "0 bytes came that are not of type application/pdf."),
        (ZeroDivisionError(), "The portal itself failed; its log says how."),
    ],
)
def test_what_cannot_be_had_fails_with_the_reason(connector, content, words):
    paper = want()
    connector.files["X1"] = content

    fetch(connector)

    paper.refresh_from_db()
    assert (paper.state, paper.failure) == (DocumentState.FAILED, words)
    assert StoredFile.objects.count() == 0


def test_an_erp_that_is_away_is_asked_again_and_given_up_on_after_a_while(connector):
    paper = want()
    connector.files["X1"] = Unavailable("The ERP did not answer.")
    clock = Clock()

    fetch(connector, clock)
    paper.refresh_from_db()
    at_first = paper.state
    at_once = fetching.is_work_left(now=clock.now)
    clock.move(seconds=20)
    soon = fetching.is_work_left(now=clock.now)
    clock.move(minutes=15)
    fetch(connector, clock)

    paper.refresh_from_db()
    assert (at_first, at_once, soon) == (DocumentState.WANTED, False, True)
    assert (paper.state, paper.failure) == (DocumentState.FAILED, "The ERP did not answer.")


def test_a_paper_that_another_worker_is_fetching_is_left_to_it(connector):
    paper = want()
    clock = Clock()
    OrderDocument.objects.filter(pk=paper.pk).update(
        claimed_until=clock.now + timedelta(seconds=60)
    )

    fetch(connector, clock)
    during = list(connector.calls)
    clock.move(minutes=2)
    fetch(connector, clock)

    assert during == []
    assert connector.calls == [("document", "X1")]
