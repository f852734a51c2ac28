"""Documents that somebody has e-mailed: waited for, attached, split, told about, and sent once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail

from accounts.messaging import Recipient
from accounts.models import (
    DocumentState,
    OutgoingMessage,
    SecureMail,
    Sending,
    SendingItem,
)
from accounts.services import (
    account_settings,
    delivery,
    filing,
    mail_passwords,
    sending,
    stored_files,
)
from invoices.documents import SOURCE as INVOICES
from invoices.documents import subjects as invoice_subjects
from orders.documents import SOURCE as ORDERS
from orders.documents import subjects
from orders.models import OrderDocument
from orders.services import papers
from orders.states import OrderStatus
from tests.builders.accounts import a_clerk, a_customer, a_user
from tests.builders.invoices import an_invoice, an_invoice_document
from tests.builders.orders import NOON, PDF, a_line, a_paper, an_order
from tests.threads import at_once

pytestmark = pytest.mark.django_db

PAT = Recipient(email="pat@elsewhere.example", language="en")
SAM = Recipient(email="sam@elsewhere.example", language="de")


def ask(*orders, to=(PAT,), token=None, by=None, now=NOON, source=ORDERS, things=None):
    things = things or subjects(orders)
    return sending.ask(
        source=source,
        subjects=things,
        to={thing.customer.pk: list(to) for thing in things},
        asked_by=by or a_user(),
        token=token or uuid4(),
        now=now,
    )


def send(now=NOON):
    """What the worker does: writes the messages, then sends them."""
    sending.send_due(clock=lambda: now)
    delivery.send_due(clock=lambda: now)


def mails():
    """To whom, the subject, and the files of each mail."""
    return [
        (message.to, message.subject, [name for name, _content, _type in message.attachments])
        for message in mail.outbox
    ]


def words(place=0):
    """What a mail says, whatever its lines."""
    return " ".join(mail.outbox[place].body.split())


def of_size(document, size):
    """The document, with as many bytes on file."""
    document.file = stored_files.keep(
        content=PDF + bytes(str(document.pk), "ascii") + b"." * (size - len(PDF)),
        media_type="application/pdf",
        now=NOON,
    )
    document.save()
    return document


def test_a_document_that_is_there_goes_at_once_to_everybody():
    order = an_order(number="10952")
    a_paper(order, content=PDF)
    by = a_user(first_name="Maria", last_name="Anders")

    [asked] = ask(order, to=(PAT, SAM), by=by)
    send()

    asked.refresh_from_db()
    assert mails() == [
        (
            ["pat@elsewhere.example"],
            "Order confirmation 10952 from Portico",
            ["Order confirmation 10952.pdf"],
        ),
        (
            ["sam@elsewhere.example"],
            "Order confirmation 10952 von Portico",
            ["Order confirmation 10952.pdf"],
        ),
    ]
    assert "Maria Anders sends you documents" in words()
    assert "/orders/10952/" in words()
    assert (asked.state, asked.items.get().files) == ("sent", ["Order confirmation 10952.pdf"])
    assert {each.thread for each in OutgoingMessage.objects.all()} == {"order-10952"}


def test_one_that_is_still_to_be_printed_is_waited_for():
    order = an_order(a_customer(language="en"), "10952", status=OrderStatus.CONFIRMED)
    a_line(order)
    ask(order)

    send()
    early = len(mail.outbox)
    papers.print_wanted(clock=lambda: NOON)
    send()

    assert (early, mails()[0][2]) == (0, ["Order confirmation 10952.pdf"])


def test_one_that_is_still_in_the_erp_is_fetched_and_waited_for():
    document = a_paper(an_order())
    ask(document.order)

    send()
    document.refresh_from_db()
    early = (len(mail.outbox), document.state)
    filing.store(
        OrderDocument,
        document_id=document.pk,
        version=document.changed_at,
        content=PDF,
        now=NOON,
    )
    send()

    assert early == (0, DocumentState.WANTED)
    assert len(mail.outbox) == 1


def test_a_failed_one_is_tried_once_more():
    document = a_paper(an_order(), state=DocumentState.FAILED, failure="away")

    ask(document.order)
    send()

    document.refresh_from_db()
    assert document.state == DocumentState.WANTED
    filing.fail(
        OrderDocument, document_id=document.pk, version=document.changed_at, reason="no such"
    )
    send()
    document.refresh_from_db()
    assert (document.state, Sending.objects.get().state) == (DocumentState.FAILED, "failed")


def test_what_cannot_be_had_is_named_and_the_others_go():
    customer = a_customer(language="en")
    there, broken, none = (an_order(customer, number) for number in ("1", "2", "3"))
    a_paper(there, number="1", content=PDF)
    document = a_paper(broken, number="2")
    ask(there, broken, none)
    send()
    filing.fail(
        OrderDocument, document_id=document.pk, version=document.changed_at, reason="no such"
    )

    send()

    [(_to, subject, files)] = mails()
    assert (subject, files) == (
        "Order confirmation 1 from Portico",
        ["Order confirmation 1.pdf"],
    )
    assert "Order confirmation 2 could not be had" in words()
    assert "Order confirmation 3 could not be had" in words()
    assert [item.files for item in SendingItem.objects.order_by("pk")] == [
        ["Order confirmation 1.pdf"],
        [],
        [],
    ]


def test_a_paper_that_never_comes_is_not_waited_for_for_ever():
    customer = a_customer(language="en")
    a_paper(an_order(customer, "1"), number="1", content=PDF)
    a_paper(an_order(customer, "2"), number="2")
    ask(*customer.orders.order_by("pk"))

    send(NOON + timedelta(minutes=59))
    early = len(mail.outbox)
    send(NOON + timedelta(minutes=61))

    assert (early, len(mail.outbox)) == (0, 1)


def test_when_nothing_could_be_had_the_person_is_told_and_nobody_else():
    document = a_paper(an_order(number="10952"))
    by = a_user(email="maria@customer.example")
    [asked] = ask(document.order, by=by)
    send()
    filing.fail(
        OrderDocument, document_id=document.pk, version=document.changed_at, reason="no such"
    )

    send()

    asked.refresh_from_db()
    assert asked.state == "failed"
    assert [(each.to, each.attachments) for each in mail.outbox] == [
        (["Maria Anders <maria@customer.example>"], [])
    ]
    assert "Order confirmation 10952 could not be had" in words()


def test_without_any_document_nothing_is_asked_for():
    with pytest.raises(sending.NothingToSend):
        ask(an_order())

    assert Sending.objects.count() == 0


def test_the_same_form_sent_twice_is_one_sending():
    order, token = an_order(), uuid4()
    a_paper(order, content=PDF)

    first, second = (ask(order, token=token) for _ in range(2))
    send()
    send()

    assert first == second
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_the_same_moment_is_one_sending():
    order, by = an_order(), a_user()
    a_paper(order, content=PDF)
    token = UUID("00000000-0000-4000-8000-000000000001")

    outcomes = at_once(*[lambda: ask(order, token=token, by=by)] * 4)
    at_once(*[lambda: sending.send_due(clock=lambda: NOON)] * 4)

    assert {tuple(each.pk for each in outcome) for outcome in outcomes} == {
        (Sending.objects.get().pk,)
    }
    assert OutgoingMessage.objects.count() == 1


@pytest.mark.parametrize("things", [1, 20])
def test_asking_costs_the_same_for_one_thing_and_for_many(things, django_assert_num_queries):
    orders = [
        an_order(a_customer(f"1{number:04}"), f"{number}", status=OrderStatus.CONFIRMED)
        for number in range(things)
    ]
    chosen, by = subjects(orders), a_user()

    with django_assert_num_queries(8):
        asked = ask(things=chosen, by=by)

    assert len(asked) == things
    assert OrderDocument.objects.count() == 0


def test_files_that_are_too_large_for_one_mail_go_in_several(monkeypatch):
    monkeypatch.setattr(sending, "MOST_BYTES", 1000)
    customer = a_customer(language="en")
    for number in ("1", "2", "3"):
        of_size(a_paper(an_order(customer, number), number=number, content=PDF), 450)
    ask(*customer.orders.order_by("pk"))

    send()

    assert [files for _to, _subject, files in mails()] == [
        ["Order confirmation 1.pdf", "Order confirmation 2.pdf"],
        ["Order confirmation 3.pdf"],
    ]
    assert [subject for _to, subject, _files in mails()] == ["3 documents from Portico"] * 2
    assert "This is mail 1 of 2." in words()
    assert "This is mail 2 of 2." in words(1)


def test_a_file_that_is_too_large_for_any_mail_is_reached_through_the_portal(monkeypatch):
    monkeypatch.setattr(sending, "MOST_BYTES", 1000)
    document = of_size(a_paper(an_order(number="10952"), content=PDF), 1001)
    ask(document.order)

    send()

    [(_to, _subject, files)] = mails()
    assert files == []
    assert "Order confirmation 10952.pdf in the portal" in words()
    assert "/orders/10952/" in words()


def test_documents_of_a_customer_with_an_e_mail_password_wait_to_be_picked_up(monkeypatch):
    monkeypatch.setattr(sending, "MOST_BYTES", 1000)
    customer = a_customer(language="en")
    for number in ("1", "2"):
        of_size(a_paper(an_order(customer, number), number=number, content=PDF), 1001)
    mail_passwords.keep(customer_id=customer.pk, password="open sesame 1", now=NOON)
    [asked] = ask(*customer.orders.order_by("pk"))

    send()

    laid_down = SecureMail.objects.get()
    assert [files for _to, _subject, files in mails()] == [[]]
    assert "Order confirmation" not in words()
    assert [each.name for each in laid_down.files.order_by("pk")] == [
        "Order confirmation 1.pdf",
        "Order confirmation 2.pdf",
    ]
    assert [message.recipient_address for message in asked.messages.all()] == [
        "pat@elsewhere.example"
    ]


def test_documents_of_several_customers_go_apart():
    orders = [an_order(a_customer(number), number) for number in ("10001", "10002")]
    for order in orders:
        a_paper(order, content=PDF)

    asked = ask(*orders)
    send()

    assert [each.customer.number for each in asked] == ["10001", "10002"]
    assert sorted(files for _to, _subject, files in mails()) == [
        ["Order confirmation 10001.pdf"],
        ["Order confirmation 10002.pdf"],
    ]


def test_invoices_go_the_same_way():
    invoice = an_invoice(a_customer(language="en"), "300412")
    an_invoice_document(invoice, content=PDF)

    ask(things=invoice_subjects([invoice], by="customer"), source=INVOICES)
    send()

    assert mails() == [
        (["pat@elsewhere.example"], "Invoice 300412 from Portico", ["Invoice 300412.pdf"])
    ]
    assert {each.thread for each in OutgoingMessage.objects.all()} == {"invoice-300412"}


def test_each_reads_its_own_language():
    order = an_order(number="10952")
    a_paper(order, content=PDF)

    ask(order, to=(PAT, SAM))
    send()

    assert ["Open in the portal" in words(place) for place in (0, 1)] == [True, False]
    assert "Im Portal öffnen" in words(1)


def test_one_sending_that_the_portal_fails_on_is_tried_later_and_keeps_no_other_waiting(caplog):
    broken, fine = an_order(), an_order()
    for order in (broken, fine):
        a_paper(order, content=PDF)
        ask(order)
    kept = Sending.objects.filter(items__object_id=broken.pk)
    [recipients] = kept.values_list("recipients", flat=True)
    kept.update(recipients=[{"no": "address"}])

    send()
    send()
    early = list(Sending.objects.order_by("pk").values_list("state", "failures"))
    kept.update(recipients=recipients)
    send(NOON + timedelta(minutes=1))

    assert early == [("waiting", 1), ("sent", 0)]
    assert kept.get().state == "sent"
    assert [record.message for record in caplog.records] == ["documents cannot be sent"]


def test_a_sending_that_the_portal_always_fails_on_ends_after_an_hour_and_its_person_hears_of_it():
    order = an_order()
    a_paper(order, content=PDF)
    by = a_user("maria@customer.example")
    [asked] = ask(order, by=by)
    Sending.objects.update(recipients=[{"no": "address"}])

    states = []
    for minute in (0, 1, 3, 7, 15, 31, 63):
        send(NOON + timedelta(minutes=minute))
        asked.refresh_from_db()
        states.append(asked.state)

    assert states == ["waiting"] * 6 + ["failed"]
    assert [message.recipient_address for message in OutgoingMessage.objects.all()] == [
        "maria@customer.example"
    ]


def test_a_text_message_reminds_of_documents_that_wait_to_be_picked_up(settings):
    settings.SMS_URL = "console://"
    account_settings.keep(now=NOON, sms_situations=["secure_mail_waits"])
    order = an_order()
    a_paper(order, content=PDF)
    mail_passwords.keep(customer_id=order.customer_id, password="sininen hevonen 7", now=NOON)

    ask(order, to=[Recipient(email="pat@elsewhere.example", language="en", phone="040 1234567")])
    sending.send_due(clock=lambda: NOON)

    assert {each.channel: each.recipient_address for each in OutgoingMessage.objects.all()} == {
        "email": "pat@elsewhere.example",
        "sms": "+358401234567",
    }


def test_customers_read_the_companys_name_where_the_office_sent_and_the_office_who_it_was():
    order = an_order()
    a_paper(order, content=PDF)
    ask(order, by=a_clerk(first_name="Laura", last_name="Callahan"))

    customers = sending.history(sources=["orders"], object_id=order.pk)
    offices = sending.history(sources=["orders"], object_id=order.pk, names_staff=True)

    assert [each.by for each in customers + offices] == ["Portico", "Laura Callahan"]


def test_the_history_of_a_thing_tells_what_went_to_whom():
    order = an_order(number="10952")
    a_paper(order, content=PDF)
    by = a_user(first_name="Maria", last_name="Anders")
    ask(order, to=(PAT, SAM), by=by)

    waiting = sending.history(sources=["orders"], object_id=order.pk)
    send()
    ask(order, by=by, now=NOON + timedelta(hours=1))
    later, first = sending.history(sources=["orders"], object_id=order.pk)

    assert [(each.by, each.state, each.to) for each in waiting] == [
        (
            "Maria Anders",
            "Waits for the documents",
            [("pat@elsewhere.example", "", ""), ("sam@elsewhere.example", "", "")],
        )
    ]
    assert (first.at, first.state, list(first.files)) == (
        NOON,
        "Handed over",
        ["Order confirmation 10952.pdf"],
    )
    assert first.to == [
        ("pat@elsewhere.example", "Sent", "done"),
        ("sam@elsewhere.example", "Sent", "done"),
    ]
    assert later.mark == "wait"
    assert sending.history(sources=["invoices"], object_id=order.pk) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_history_takes_two_queries(count, django_assert_num_queries):
    order = an_order()
    a_paper(order, content=PDF)
    for _ in range(count):
        ask(order, to=(PAT, SAM))
    send()

    with django_assert_num_queries(2):
        assert len(sending.history(sources=["orders"], object_id=order.pk)) == count
