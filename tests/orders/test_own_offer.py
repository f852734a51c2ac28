"""The page of an offer for people of its customer, signed in."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMessage
from accounts.sections import Section
from accounts.services import private_links
from orders import splitting
from orders.models import Offer, OfferDecision, Order, OrderDocument
from orders.purposes import OFFER
from orders.services import offer_mail, offers, ordering, papers
from tests.builders.accounts import a_clerk, a_customer, a_family, a_member, a_role, an_admin
from tests.builders.offers import a_draft, a_priced_line, approve, take_back, total_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db

SOON = (timezone.now() + timedelta(days=10)).date()
LINES = (
    a_priced_line(),
    a_priced_line("Insurance", quantity=Decimal(1), unit_price=Decimal(96), kind="optional"),
    a_priced_line("Express run", unit_price=Decimal(1480), kind="alternative", instead_of=1),
)


def an_offer_out(customer, *, lines=LINES, request=None, **terms):
    """The version that is with the customer, its paper asked for and its mail written."""
    draft = a_draft(
        customer,
        request=request,
        lines=list(lines),
        now=timezone.now(),
        **{"valid_on": SOON, "language": "en"} | terms,
    )
    return offer_mail.send(
        order_id=draft.offer_id,
        revision=draft.revision,
        user_id=draft.saved_by_id,
        now=timezone.now(),
    )


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste")


@pytest.fixture
def version(customer):
    return an_offer_out(customer)


@pytest.fixture
def maria(customer):
    return a_member(customer, Section.ORDERS, Section.APPROVE_OFFERS, email="maria@alfreds.example")


def browser(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def page_of(version):
    return f"/orders/{version.offer.order.number}/offer/"


def values_of(version, /, do="approve", *, chosen=(), **changed):
    return {
        "do": do,
        "version": version.number,
        "seen": version.fingerprint,
        "total": total_of(version, chosen),
        "option": list(chosen),
    } | changed


def decide(user, version, /, do="approve", **changed):
    return browser(user).post(page_of(version), values_of(version, do, **changed), follow=True)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def test_the_page_shows_the_whole_offer_and_looking_decides_nothing(maria, version):
    page = text_of(browser(maria).get(f"{page_of(version)}?do=approve"))

    for words in (
        "Waits for you",
        "Alfreds Futterkiste",
        "1. Run Berlin to Graz",
        "2. Insurance",
        "3. Express run",
        "instead of line 1",
        "4 run \N{MULTIPLICATION SIGN} 1,480.00, VAT 20 %: 5,920.00 EUR",
        "4,480.00",
        "896.00",
        "5,376.00 EUR",
        "Version 1",
        "Sent to maria@alfreds.example",
    ):
        assert words in page
    assert 'name="name"' not in page
    assert not OfferDecision.objects.exists()


def test_an_approval_is_evidence_of_the_account(maria, version):
    page = text_of(
        decide(maria, version, chosen=[2, 3], customer_reference="4500-9", name="Somebody Else")
    )

    decision = OfferDecision.objects.get()
    assert (decision.kind, decision.name, decision.email, decision.user, decision.address) == (
        "approved",
        "Maria Anders",
        "maria@alfreds.example",
        maria,
        "127.0.0.1",
    )
    assert (decision.version, decision.fingerprint) == (version, version.fingerprint)
    assert (decision.chosen, decision.gross_amount) == ([2, 3], Decimal("7219.20"))
    assert "Version 1: Approved by Maria Anders" in page
    assert "7,219.20 EUR" in page
    order = Order.objects.get()
    assert (order.status, order.customer_reference) == ("approved", "4500-9")
    assert order.events.get(kind="approved").origin == "portal"


def test_whoever_approved_is_told_in_their_own_language(customer, version):
    paula = a_member(customer, Section.APPROVE_OFFERS, email="paula@alfreds.example", language="fi")

    decide(paula, version, chosen=[2])

    told = {
        message.recipient_address: message
        for message in OutgoingMessage.objects.filter(kind="offer_decided")
    }
    assert {address: message.language for address, message in told.items()} == {
        "maria@alfreds.example": "en",
        "paula@alfreds.example": "fi",
    }
    body = told["maria@alfreds.example"].body_text.replace("\N{NO-BREAK SPACE}", " ")
    assert "version 1: Approved" in body
    assert "5,491.20 EUR" in body
    assert "Line 2  Insurance (optional): 96.00 EUR" in body


@pytest.mark.parametrize(("do", "state"), [("decline", "declined"), ("change", "change_asked")])
def test_declining_and_asking_for_a_change_take_a_reason(maria, version, do, state):
    refused = decide(maria, version, do)
    assert "Error:" in text_of(refused)
    assert not OfferDecision.objects.exists()

    page = text_of(decide(maria, version, do, comment="Two days later"))

    assert Offer.objects.get().state == state
    assert "Two days later" in page
    assert "by Maria Anders" in page


def test_an_approval_is_taken_back_until_orders_exist(maria, version):
    decide(maria, version, chosen=[2])
    assert "Take the approval of version 1 back" in text_of(browser(maria).get(page_of(version)))

    page = text_of(decide(maria, version, "take_back"))

    assert Offer.objects.get().state == "sent"
    assert "Version 1: Approval taken back by Maria Anders" in page
    assert "Waits for you" in page
    undone = OfferDecision.objects.get(kind="taken_back")
    assert (undone.chosen, undone.gross_amount) == ([2], Decimal("5491.20"))
    told = OutgoingMessage.objects.filter(kind="offer_decided").latest("pk")
    assert "version 1: Approval taken back" in told.subject

    decide(maria, version)
    order = Order.objects.get()
    ordering.create_orders(
        order_id=order.pk, split=splitting.whole, user_id=a_clerk().pk, now=timezone.now()
    )
    page = text_of(decide(maria, version, "take_back"))
    assert "This offer has been decided about already" in page
    assert Offer.objects.get().state == "ordered"


def test_taking_back_names_the_version_that_is_approved(maria, version):
    """A page left open since version 1 does not undo the approval of version 2."""
    decide(maria, version)
    take_back(version, now=timezone.now())
    second = an_offer_out(None, request=version.offer.order.request, lines=[a_priced_line()])
    approve(second, now=timezone.now())

    response = decide(maria, version, "take_back")

    assert response.status_code == 409
    assert Offer.objects.get().state == "approved"
    assert "not valid any more" in text_of(response)


@pytest.mark.parametrize(
    "changed",
    [
        {"seen": "0" * 64},
        {"seen": ""},
        {"version": "7"},
        {"version": "x"},
        {"version": "\u00b2"},
        {"total": "1"},
        {"option": ["1"]},
        {"option": ["x"]},
        {"option": ["9" * 5000]},
    ],
)
def test_anything_but_what_was_seen_is_not_approved(maria, version, changed):
    assert decide(maria, version, **changed).status_code == 409

    assert not OfferDecision.objects.exists()


@pytest.mark.parametrize("changed", [{"do": "explode"}, {"do": ""}, {"comment": "x" * 2001}])
def test_what_is_no_decision_is_none(maria, version, changed):
    assert decide(maria, version, **changed).status_code == 200

    assert not OfferDecision.objects.exists()


def test_what_was_replaced_ended_or_called_back_cannot_be_approved(maria, version):
    second = an_offer_out(None, request=version.offer.order.request, lines=[a_priced_line()])
    late = decide(maria, version)
    assert late.status_code == 409
    assert "What changed since version 1" in text_of(late)

    Offer.objects.update(ends_at=timezone.now())
    ended = decide(maria, second)
    assert ended.status_code == 409
    assert "This offer has ended" in text_of(ended)

    offers.call_back(order_id=version.offer_id, now=timezone.now())
    back = decide(maria, second)
    assert back.status_code == 409
    assert "We have called this offer back" in text_of(back)
    assert not OfferDecision.objects.exists()


def test_without_the_right_to_approve_one_reads_and_learns_whom_to_ask(customer, maria, version):
    an_admin(customer, email="chief@alfreds.example", first_name="Peter", last_name="Franken")
    reader = a_member(customer, Section.ORDERS)

    page = text_of(browser(reader).get(page_of(version)))
    refused = decide(reader, version)

    assert "Waits for an answer" in page
    assert "Approve offers" in page
    assert "chief@alfreds.example" in page
    assert 'value="approve"' not in page
    assert refused.status_code == 403
    assert "chief@alfreds.example" in text_of(refused)
    assert not OfferDecision.objects.exists()


def test_who_may_approve_reads_the_offer_without_seeing_orders(customer, version):
    approver = a_member(customer, Section.APPROVE_OFFERS)

    page = text_of(browser(approver).get(page_of(version)))

    assert "Waits for you" in page
    assert 'href="/orders/"' not in page
    assert browser(approver).get(page_of(version)[: -len("offer/")]).status_code == 403
    assert page_of(version) in text_of(browser(approver).get("/"))


def test_strangers_find_nothing_and_drafts_are_the_offices(customer, version):
    stranger = an_admin(a_customer())
    nobody = a_member(customer)
    draft = a_draft(customer)

    assert decide(stranger, version).status_code == 404
    assert browser(stranger).get(page_of(version)).status_code == 404
    assert browser(stranger).get(f"{page_of(version)}versions/1.pdf").status_code == 404
    assert browser(nobody).get(page_of(version)).status_code == 403
    assert browser(an_admin(customer)).get(page_of(draft)).status_code == 404
    assert browser(an_admin(customer)).get("/orders/10248/offer/").status_code == 404


def test_the_right_may_come_by_the_family_while_another_customer_is_active(client, customer):
    family = a_family()
    type(customer).objects.filter(pk=customer.pk).update(family=family)
    sister = a_customer("10002", family=family)
    head = a_member(sister, Section.ORDERS, Section.APPROVE_OFFERS, covers_family=True)
    version = an_offer_out(customer)
    client.force_login(head)
    client.post("/customers/", {"customer": "erp/10002"})

    page = text_of(client.get(page_of(version)))
    client.post(page_of(version), values_of(version))

    assert "Alfreds Futterkiste" in page
    assert OfferDecision.objects.get().user == head
    assert Order.objects.get().customer == customer


@pytest.mark.parametrize("level", ["display", "process"])
def test_the_office_reads_as_the_customer_and_answers_nothing(customer, version, level):
    laura = a_clerk()
    a_role(None, laura, as_customer=level, orders=level)
    client = browser(laura)
    client.post("/office/as-customer/", {"customer": "erp/10001"})

    page = text_of(client.get(page_of(version)))
    refused = client.post(page_of(version), values_of(version))

    assert "Waits for an answer" in page
    assert "the office does not in their name" in page
    assert 'value="approve"' not in page
    assert refused.status_code == 403
    assert not OfferDecision.objects.exists()


def test_members_read_no_names_of_staff(maria, version):
    decide(maria, version)
    nancy = a_clerk(first_name="Nancy", last_name="Davolio")
    take_back(
        version,
        decider=offers.Decider(name="Nancy Davolio", user_id=nancy.pk),
        now=timezone.now(),
    )

    page = text_of(browser(maria).get(page_of(version)))

    assert "Approval taken back" in page
    assert "Davolio" not in page


def test_the_papers_of_every_version_open(maria, version):
    an_offer_out(None, request=version.offer.order.request, lines=[a_priced_line()])
    papers.print_wanted(clock=timezone.now)

    page = text_of(browser(maria).get(page_of(version)))

    for number in (1, 2):
        address = f"{page_of(version)}versions/{number}.pdf"
        assert address in page
        served = browser(maria).get(address)
        assert b"".join(served.streaming_content).startswith(b"%PDF-")
    assert browser(maria).get(f"{page_of(version)}versions/3.pdf").status_code == 404
    assert OrderDocument.objects.count() == 2


def test_the_offer_is_found_from_home_the_list_and_the_order(maria, version):
    client = browser(maria)

    for path in ("/", "/orders/", page_of(version)[: -len("offer/")]):
        assert page_of(version) in text_of(client.get(path)), path

    decide(maria, version)
    assert page_of(version) not in text_of(client.get("/"))
    order_page = text_of(client.get(page_of(version)[: -len("offer/")]))
    assert page_of(version) in order_page
    assert "Approved total</dt><dd>5,376.00 EUR" in order_page


def test_home_shows_neither_others_nor_ended_offers(customer, maria):
    an_offer_out(a_customer())
    ended = an_offer_out(customer)
    Offer.objects.filter(pk=ended.offer_id).update(ends_at=timezone.now())

    assert "Offers that wait" not in text_of(browser(maria).get("/"))


@pytest.mark.parametrize("rows", [1, 3])
def test_home_takes_the_same_queries_however_many_offers_wait(
    customer, maria, rows, django_assert_num_queries
):
    for _ in range(rows):
        an_offer_out(customer)
    client = browser(maria)
    client.get("/")

    with django_assert_num_queries(8):
        client.get("/")


@pytest.mark.django_db(transaction=True)
def test_the_link_and_the_page_at_once_make_one_approval():
    customer = a_customer()
    version = an_offer_out(customer)
    maria = a_member(customer, Section.APPROVE_OFFERS, email="maria@alfreds.example")
    token = private_links.issue(
        purpose=OFFER,
        lifetime=timedelta(days=1),
        email="maria@alfreds.example",
        customer_id=customer.pk,
        data={"order": version.offer_id},
        now=timezone.now(),
    )
    signed_in, guest = browser(maria), Client(raise_request_exception=False)

    answers = at_once(
        lambda: signed_in.post(page_of(version), values_of(version)).status_code,
        lambda: guest.post(f"/p/{token}/", values_of(version, name="Maria")).status_code,
    )

    assert answers == [302, 302]
    decision = OfferDecision.objects.get()
    for page in (signed_in.get(page_of(version)), guest.get(f"/p/{token}/")):
        assert f"Approved by {decision.name}" in text_of(page)
    assert OutgoingMessage.objects.filter(kind="offer_decided").count() == 1


@pytest.mark.django_db(transaction=True)
def test_approving_and_declining_at_once_leave_one_truth():
    customer = a_customer()
    version = an_offer_out(customer)
    people = [a_member(customer, Section.APPROVE_OFFERS) for _ in range(2)]
    clients = [browser(person) for person in people]

    at_once(
        lambda: clients[0].post(page_of(version), values_of(version)),
        lambda: clients[1].post(page_of(version), values_of(version, "decline", comment="Dear")),
    )

    decision = OfferDecision.objects.get()
    assert (decision.kind, Offer.objects.get().state) in [
        ("approved", "approved"),
        ("declined", "declined"),
    ]
