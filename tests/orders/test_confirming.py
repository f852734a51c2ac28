"""Order confirmations sent for one or many: versions, what is different, and to whom."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry, Company, DocumentRecipient, OutgoingMessage, Sending
from accounts.services import company
from orders.models import Order, OrderDocument, OrderRequest
from orders.papers import confirmation_said
from orders.services import confirming, papers
from orders.services.confirming import NotToConfirm
from orders.states import IllegalMove, RequestKind
from tests.builders.accounts import a_clerk, a_customer
from tests.builders.changes import a_cancellation, a_change, another, standing
from tests.builders.orders import NOON as ERP_NOON
from tests.builders.orders import a_line, a_paper, an_order
from tests.builders.wishes import NOON, a_request
from tests.orders.test_changing import accept
from tests.threads import at_once
from tests.worker import work

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def send(order, *, clerk=None, token=None, now=NOON):
    confirming.send(
        order_id=order.pk, user_id=(clerk or a_clerk()).pk, token=token or uuid4(), now=now
    )


def kinds_told():
    """Of what was written, in its order, but for the receipts of what was asked for."""
    told = OutgoingMessage.objects.exclude(kind="order_change_asked").order_by("pk")
    return list(told.values_list("kind", flat=True))


def versions(order):
    found = OrderDocument.objects.filter(order_id=order.pk, kind="confirmation")
    return [(each.version, each.state, each.sent_at) for each in found.order_by("version")]


def test_sending_confirms_what_is_received_and_attaches_the_paper():
    request, laura = a_request(language="en"), a_clerk()

    send(request, clerk=laura)
    assert OutgoingMessage.objects.count() == 0
    work(NOON)

    order = Order.objects.get()
    assert (order.status, OrderRequest.objects.get().handled_by) == ("confirmed", laura)
    assert AuditEntry.objects.get(kind="order_confirmed").subject == order.number
    [letter] = mail.outbox
    assert letter.to == ["Maria Anders <maria@alfreds.example>"]
    assert re.search(r"/p/[\w-]+/", letter.body)
    assert "This is different" not in letter.body
    [(name, content, _type)] = letter.attachments
    assert name == f"Order confirmation {order.number}.pdf"
    assert content.startswith(b"%PDF-")
    assert versions(order) == [(1, "stored", NOON)]


def test_mail_and_paper_speak_the_language_that_was_asked_for():
    request = a_request(a_customer("10077", language="fi"), language="de")

    send(request)
    work(NOON)

    [letter] = mail.outbox
    assert "bestätigt" in letter.subject
    assert letter.attachments[0][0] == f"Auftragsbestätigung {request.order.number}.pdf"


def test_what_has_not_changed_goes_again_as_it_is():
    request = a_request()
    send(request)
    work(NOON)

    send(request, now=LATER)
    work(LATER)

    assert versions(request) == [(1, "stored", NOON)]
    assert len(mail.outbox) == 2


def test_the_next_version_says_what_is_different_on_paper_and_in_the_mail():
    request = a_request(language="en")
    send(request)
    work(NOON)
    wish = another(standing(request.pk))
    wish["goods"][0]["quantity"] = "3"
    request.order.stops.filter(position=2).update(starts_at=wish["stops"][1]["starts_at"])
    request.order.goods.update(quantity=3)

    send(request, now=LATER)
    work(LATER)

    assert versions(request) == [(1, "stored", NOON), (2, "stored", LATER)]
    body = mail.outbox[-1].body
    assert "This is different from version 1" in body
    assert "Goods row 1, Quantity" in body
    assert "2 → 3" in body
    document = OrderDocument.objects.get(version=2)
    since, told = papers.changed_since(document, document.said)
    assert (since, [each.title for each in told]) == (1, ["Stop 2, From", "Goods row 1, Quantity"])


def test_a_version_that_was_never_sent_is_passed_over():
    request = a_request()
    send(request)
    work(NOON)
    for city in ("Wien", "Linz"):
        request.order.stops.filter(position=2).update(city=city)
        papers.want_confirmation(order_id=request.pk, now=LATER)
        papers.print_wanted(clock=lambda: LATER)

    newest = OrderDocument.objects.get(version=3)

    since, [told] = papers.changed_since(newest, newest.said)
    assert (since, told.before, told.after) == (1, "Graz", "Linz")


def test_back_to_what_was_sent_is_a_new_version_without_differences():
    request = a_request(language="en")
    send(request)
    work(NOON)
    for city in ("Wien", "Graz"):
        request.order.stops.filter(position=2).update(city=city)
        papers.want_confirmation(order_id=request.pk, now=LATER)

    send(request, now=LATER)
    work(LATER)

    assert [version for version, _state, _sent in versions(request)] == [1, 2, 3]
    assert "This is different" not in mail.outbox[-1].body


def test_passengers_equipment_and_the_drivers_note_are_confirmed_too():
    request = a_request(
        language="en",
        details={"adults": 48, "tail_lift": True, "einvoice": "e-address"},
        note_to_driver="Ring twice",
    )
    send(request)
    work(NOON)
    first = OrderDocument.objects.get()
    accept(a_change(request, wish=another(standing(request.pk), adults=52)))
    work(LATER)

    newest = OrderDocument.objects.get(version=2)
    since, told = papers.changed_since(newest, newest.said)

    with first.file.content.open("rb") as file:
        text = PdfReader(io.BytesIO(file.read())).pages[0].extract_text()
    assert re.search(r"Adults\s+48", text)
    assert re.search(r"Tail lift\s+Yes", text)
    assert "Ring twice" in text
    assert "e-address" not in text
    assert (since, told[0].title, told[0].before, told[0].after) == (1, "Adults", "48", "52")


def test_what_a_paper_says_is_told_once_where_there_are_stops():
    order = a_request().order
    said = confirmation_said(order, [], papers.way_of(order))

    assert said["paper"] == {"customer_reference": "4500-2290", "gross_amount": "0 EUR"}
    assert [stop["city"] for stop in said["stops"]] == ["Berlin", "Graz"]


def test_an_order_of_an_erp_says_prices_and_place():
    order = an_order(ship_to_name="Ernst Handel", ship_to_city="Graz", ship_to_country="AT")
    a_line(order)
    said = confirmation_said(order, order.lines.all(), ([], []))

    assert said["paper"]["ship_to"] == "Ernst Handel, Graz, AT"
    assert [row["quantity"] for row in said["lines"]] == ["1"]


def test_where_no_confirmations_are_printed_the_mail_goes_without():
    company.keep(company=Company(name="Northwind", printed_papers=[]))
    request = a_request()

    send(request)
    work(NOON)

    [letter] = mail.outbox
    assert letter.attachments == []
    assert Order.objects.get().status == "confirmed"


def test_the_same_form_sent_twice_is_one_mail():
    request, token = a_request(), uuid4()

    send(request, token=token)
    send(request, token=token)
    work(NOON)

    assert len(mail.outbox) == 1


def test_confirming_again_sends_nothing():
    request, laura = a_request(), a_clerk()

    for _time in range(2):
        confirming.confirm(order_id=request.pk, user_id=laura.pk, now=NOON)
    work(NOON)

    assert len(mail.outbox) == 1
    with pytest.raises(IllegalMove):
        confirming.confirm(
            order_id=a_request(kind=RequestKind.OFFER).pk, user_id=laura.pk, now=NOON
        )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("requested", "It is not ordered yet."),
        ("approved", "It is not ordered yet."),
        ("cancelled", "It is cancelled."),
    ],
)
def test_what_is_no_order_is_not_confirmed(status, words):
    request = a_request()
    Order.objects.update(status=status)

    with pytest.raises(NotToConfirm) as refusal:
        send(request)

    assert refusal.value.user_message == words
    assert Sending.objects.count() == 0


def test_an_order_of_an_erp_goes_to_the_customers_recipients():
    customer = a_customer()
    order = an_order(customer, status="confirmed")
    a_line(order)
    with pytest.raises(NotToConfirm):
        send(order)
    DocumentRecipient.objects.create(
        customer=customer, kind="confirmation", email="po@alfreds.example", language="en"
    )

    send(order, now=ERP_NOON)
    work(ERP_NOON)

    [letter] = mail.outbox
    assert (letter.to, len(letter.attachments)) == (["po@alfreds.example"], 1)
    assert f"/orders/{order.number}/" in letter.body
    assert "private" not in letter.body


def test_what_the_erp_has_not_confirmed_is_not_confirmed_here():
    order = an_order(status="received")

    with pytest.raises(NotToConfirm, match="received"):
        send(order)


@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_confirm_once_and_print_one_version():
    request, clerks = a_request(), [a_clerk(), a_clerk()]

    done = at_once(*[lambda clerk=clerk: send(request, clerk=clerk) for clerk in clerks])
    work(NOON)

    assert done == [None, None]
    assert AuditEntry.objects.filter(kind="order_confirmed").count() == 1
    assert [version for version, _state, _sent in versions(request)] == [1]
    assert request.order.events.filter(kind="confirmed").count() == 1


@pytest.mark.parametrize("is_printed", [False, True])
def test_what_is_cancelled_before_the_worker_comes_is_not_confirmed(is_printed):
    request = a_request()
    send(request)
    if is_printed:
        papers.want_confirmation(order_id=request.pk, now=NOON)
        papers.print_wanted(clock=lambda: NOON)
    accept(a_cancellation(request))

    work(LATER)

    assert kinds_told() == ["order_cancelled"]
    assert Sending.objects.get().state == "failed"


def test_a_change_that_is_cancelled_before_the_worker_comes_is_not_mailed():
    request = a_request()
    send(request)
    work(NOON)
    accept(a_change(request))
    accept(a_cancellation(request))

    work(LATER)

    assert kinds_told() == ["order_confirmed", "order_cancelled"]


@pytest.mark.django_db(transaction=True)
def test_of_a_cancellation_and_a_confirmation_at_once_nothing_cancelled_is_confirmed():
    request, clerks = a_request(), [a_clerk(), a_clerk()]
    change = a_cancellation(request)

    sent, _accepted = at_once(
        lambda: send(request, clerk=clerks[0]), lambda: accept(change, clerks[1])
    )

    work(NOON)

    assert Order.objects.get().status == "cancelled"
    assert isinstance(sent, NotToConfirm) == (Sending.objects.count() == 0)
    assert kinds_told() == ["order_cancelled"]


# The office's page


@pytest.fixture
def office(client):
    clerk = a_clerk()
    names = ("view_order", "change_order", "view_orderrequest", "change_orderrequest")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)
    return client


def page_of(*orders):
    chosen = "&".join(f"chosen={order.pk}" for order in orders)
    return f"{reverse('office:orders-confirm')}?{chosen}"


def test_many_are_confirmed_at_once_and_what_cannot_be_is_told(office):
    first, second = a_request(), a_request()
    asked = a_request(kind=RequestKind.OFFER)

    shown = office.get(page_of(first, second, asked))
    assert {row.order.number: str(row.obstacle) for row in shown.context["rows"]} == {
        first.order.number: "",
        second.order.number: "",
        asked.order.number: "It is not ordered yet.",
    }
    assert Order.objects.filter(status="confirmed").count() == 0
    html = office.post(
        page_of(first, second, asked), {"token": str(uuid4())}, follow=True
    ).content.decode()
    work(NOON)

    assert "2 order confirmations are on their way." in html
    assert f"{asked.order.number}: It is not ordered yet." in html
    assert len(mail.outbox) == 2
    assert Order.objects.filter(status="confirmed").count() == 2


def foretold(office, order):
    html = office.get(page_of(order)).content.decode()
    cell = html.partition('data-label="What happens">')[2].partition("</td>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip()


def test_the_page_foretells_the_version_and_what_it_says_is_different(office):
    request = a_request(language="en")
    order = request.order
    first = foretold(office, order)
    send(request)
    work(NOON)
    again = foretold(office, order)
    order.goods.update(quantity=3)
    order.stops.filter(position=2).update(city="Wien")
    changed = foretold(office, order)
    papers.want_confirmation(order_id=order.pk, now=NOON)
    opened = foretold(office, order)
    order.goods.update(quantity=2)
    order.stops.filter(position=2).update(city="Graz")
    back = foretold(office, order)

    assert first == "It is confirmed, and the confirmation sent. Version 1"
    assert again == "The confirmation is sent. Version 1 goes again as it is."
    assert changed == (
        "The confirmation is sent. Version 2, changed since version 1:"
        " Stop 2, City: Graz &rarr; Wien Goods row 1, Quantity: 2 &rarr; 3"
    )
    assert opened == changed
    assert back == "The confirmation is sent. Version 3, which says the same as version 1."


def test_what_was_foretold_is_what_goes(office):
    request = a_request(language="en")
    send(request)
    work(NOON)
    request.order.goods.update(quantity=3)
    paper = papers.foretold([request.order])[request.pk]

    send(request, now=LATER)
    work(LATER)

    document = OrderDocument.objects.get(version=paper.version)
    assert papers.changed_since(document, document.said) == (paper.since, list(paper.changes))


def test_nothing_is_foretold_of_papers_that_are_not_ours(office):
    order = an_order(status="confirmed")
    a_paper(order)
    DocumentRecipient.objects.create(
        customer=order.customer, kind="confirmation", email="po@alfreds.example", language="en"
    )

    assert foretold(office, order) == "The confirmation is sent."


def test_nothing_is_foretold_where_no_confirmations_are_printed(office):
    company.keep(company=Company(name="Northwind", printed_papers=[]))

    assert foretold(office, a_request().order) == "It is confirmed, and the confirmation sent."


def test_what_waits_for_an_answer_is_named_and_a_cancellation_in_the_way(office):
    free, changed, cancelled = a_request(), a_request(), a_request()
    a_change(changed)
    a_cancellation(cancelled)

    shown = office.get(page_of(free, changed, cancelled))
    office.post(page_of(free, changed, cancelled), {"token": str(uuid4())})

    told = {row.order.pk: (str(row.obstacle), row.is_to_change) for row in shown.context["rows"]}
    assert told == {
        free.pk: ("", False),
        changed.pk: ("", True),
        cancelled.pk: ("Its cancellation is asked for: answer that first.", False),
    }
    assert "A change is asked for and not answered yet." in shown.content.decode()
    confirmed = Order.objects.filter(status="confirmed").values_list("pk", flat=True)
    assert set(confirmed) == {free.pk, changed.pk}


def test_the_list_of_what_came_in_leads_to_the_page(office):
    request = a_request()

    answer = office.post(
        reverse("office:request-act"), {"do": "confirmation", "chosen": request.pk}
    )
    nothing = office.post(reverse("office:request-act"), {"do": "confirmation"})

    assert answer.url == page_of(request)
    assert nothing.url == reverse("office:request-list")
    Order.objects.update(status="confirmed")
    html = office.get(reverse("office:request-list")).content.decode()
    assert page_of(request) in html


def test_the_list_of_orders_leads_to_the_page(office):
    an_order()

    html = office.get(reverse("office:order-list")).content.decode()

    assert f'formaction="{reverse("office:orders-confirm")}"' in html


def test_the_page_of_an_order_tells_what_was_sent(office):
    request = a_request()
    send(request)
    work(NOON)

    html = office.get(reverse("office:order-page", args=[request.order.number])).content.decode()

    assert "maria@alfreds.example" in html


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_many(office, django_assert_num_queries, rows):
    orders = [a_request() for _row in range(rows)]
    office.get(page_of(orders[0]))

    with django_assert_num_queries(12):
        office.get(page_of(*orders))


def test_many_are_one_transaction_and_ring_the_worker_once(
    office, django_capture_on_commit_callbacks
):
    orders = [a_request() for _order in range(3)]
    connection.run_on_commit.clear()

    with django_capture_on_commit_callbacks() as bells:
        office.post(page_of(*orders), {"token": str(uuid4())})

    assert Sending.objects.count() == 3
    assert [bell.args[0] for bell in bells] == ["accounts.send_documents"]


def test_a_post_without_its_token_sends_nothing(office):
    request = a_request()

    answer = office.post(page_of(request), {})

    assert (answer.status_code, Sending.objects.count()) == (200, 0)
