"""The page of one order that was born here, for the office and for the customer."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import OutgoingMessage
from accounts.sections import Section
from orders import splitting
from orders.models import Order, OrderAttachment, OrderRequest, Presence
from orders.services import handling, offer_mail, ordering, presence
from orders.states import RequestKind
from orders.wishes import ProductWish
from tests.builders.accounts import a_clerk, a_customer, a_member
from tests.builders.offers import a_draft, an_approved_offer
from tests.builders.orders import an_order
from tests.builders.wishes import (
    NOON,
    a_file,
    a_product,
    a_request,
    a_stop,
    an_order_link,
    an_order_type,
    some_goods,
)
from tests.worker import work

pytestmark = pytest.mark.django_db

QUERIES_OF_THE_OFFICE = 18
QUERIES_OF_THE_CUSTOMER = 16
ACT = "/office/requests/act/"
BAR = "/office/bar/"
RIGHTS = (
    "view_order",
    "change_order",
    "view_orderrequest",
    "change_orderrequest",
    "view_offer",
    "change_offer",
    "view_orderlink",
)


def with_rights(user, *codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def laura(client):
    user = with_rights(a_clerk(first_name="Laura", last_name="Callahan"), *RIGHTS)
    client.force_login(user)
    return user


@pytest.fixture
def nancy():
    return a_clerk(first_name="Nancy", last_name="Davolio")


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste")


def text_of(response):
    return response.content.decode()


def page_of(request, audience="office"):
    return f"{'/office' if audience == 'office' else ''}/orders/{request.order.number}/"


def a_full_request(customer, **fields):
    product = a_product()
    fields = {
        "order_type_id": an_order_type().pk,
        "goods": (
            some_goods(
                is_dangerous=True,
                un_number="1263",
                hazard_class="3",
                shipping_name="PAINT",
                packing_group="II",
            ),
        ),
        "products": (ProductWish(product_id=product.pk, quantity=Decimal(3)),),
        "stops": (
            a_stop(contact="Hans Cramer", reference="REF-7", access_note="Gate 4, ring twice"),
            a_stop("delivery", name="Ernst Handel", city="Graz", country="AT"),
        ),
        "details": {"adults": 12, "tail_lift": True, "answer_by": "2026-11-20", "old_one": "x"},
        "payer": "other",
        "payer_note": "Alfreds Holding",
        "note_to_planner": "Not before six",
        "note_to_driver": "Gloves on",
        "note_on_invoice": "Cost centre 9",
        "attachments": ((a_file().pk, "way in.pdf"),),
    } | fields
    return a_request(customer, **fields)


TOLD = (
    "Maria Anders",
    'href="mailto:maria@alfreds.example"',
    'href="tel:+49300074321"',
    "German",
    "By e-mail",
    "Transport order",
    "12209 Berlin",
    "24 Nov 2026, 07:00 to 09:00",
    "Hans Cramer",
    "REF-7",
    "Gate 4, ring twice",
    "Dangerous goods UN 1263, class 3",
    "PAINT",
    "Queso Cabrales",
    "Adults</dt><dd>12",
    "Tail lift</dt><dd>Yes",
    "Answer needed by</dt><dd>20 Nov 2026",
    "old_one</dt><dd>x",
    "Who pays</dt><dd>Somebody else",
    "Alfreds Holding",
    "Not before six",
    "Gloves on",
    "Cost centre 9",
    "PO 4500-2290",
    "23 Nov 2026, 07:00",
    "way in.pdf",
)


def test_the_office_sees_everything_that_came_with_it(client, laura, customer):
    request = a_full_request(customer)
    link = an_order_link(name="Homepage of ours")
    OrderRequest.objects.update(order_link=link)

    page = text_of(client.get(page_of(request)))

    for told in TOLD:
        assert told in page
    assert f'href="/office/order-links/{link.pk}/"' in page
    assert f"Order {request.order.number}" in page


def test_the_customer_sees_what_it_sent_and_nothing_of_the_office(client, laura, customer):
    request = a_full_request(customer)
    OrderRequest.objects.update(order_link=an_order_link(name="Homepage of ours"))
    handling.take(order_id=request.pk, user_id=laura.pk, seen_owner_id=None, now=NOON)
    handling.handle(order_id=request.pk, user_id=laura.pk, now=NOON)
    client.force_login(a_member(customer, Section.ORDERS))

    with time_machine.travel(NOON, tick=False):
        page = text_of(client.get(page_of(request, "customer")))

    for told in TOLD:
        assert told in page
    assert "Laura" not in page
    assert "Homepage of ours" not in page
    assert "Work on it" not in page
    assert not Presence.objects.exists()


def test_what_was_typed_is_shown_as_text(client, laura, customer):
    request = a_full_request(
        customer,
        contact_name="<script>alert(1)</script>",
        note_to_planner="<img src=x>",
        details={"catering": "<b>cake</b>"},
    )

    page = text_of(client.get(page_of(request)))

    for typed in ("<script>alert", "<img src=x>", "<b>cake"):
        assert typed not in page


def test_an_order_of_the_erp_has_none_of_it(client, laura, django_assert_num_queries):
    order = an_order(number="10952")

    response = client.get("/office/orders/10952/")

    assert (response.context["came"], response.context["work"]) == (None, None)
    assert "This order has no lines." in text_of(response)
    assert order.pk not in Presence.objects.values_list("request", flat=True)


def test_the_office_without_the_right_to_requests_sees_the_order_alone(client, customer):
    request = a_full_request(customer)
    client.force_login(with_rights(a_clerk(), "view_order"))

    response = client.get(page_of(request))

    assert response.status_code == 200
    assert "maria@alfreds.example" not in text_of(response)


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_costs_the_same_whatever_came_with_it(
    client, laura, customer, rows, django_assert_num_queries
):
    request = a_full_request(
        customer,
        stops=tuple(a_stop() for _ in range(rows)),
        goods=tuple(some_goods() for _ in range(rows)),
        attachments=tuple((a_file(b"%%PDF-%d" % row).pk, "x.pdf") for row in range(rows)),
    )
    client.get(page_of(request))

    with django_assert_num_queries(QUERIES_OF_THE_OFFICE):
        client.get(page_of(request))

    client.force_login(a_member(customer, Section.ORDERS))
    client.get(page_of(request, "customer"))
    with django_assert_num_queries(QUERIES_OF_THE_CUSTOMER):
        client.get(page_of(request, "customer"))


# Attachments


@pytest.mark.parametrize("audience", ["office", "customer"])
def test_attachments_open_for_who_may_see_the_order(client, laura, customer, audience):
    request = a_full_request(customer)
    if audience == "customer":
        client.force_login(a_member(customer, Section.ORDERS))
    attachment = OrderAttachment.objects.get()

    response = client.get(f"{page_of(request, audience)}attachments/{attachment.pk}/")

    assert b"".join(response) == b"%PDF-1.7 as it came"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "way%20in.pdf" in response["Content-Disposition"] or (
        "way in.pdf" in response["Content-Disposition"]
    )
    assert (
        text_of(client.get(page_of(request, audience))).count(
            f'href="{page_of(request, audience)}attachments/{attachment.pk}/"'
        )
        == 1
    )


def test_a_table_that_was_sent_along_is_downloaded_and_never_opened(client, laura, customer):
    file = a_file(b"a,b\r\n<script>", "text/csv")
    request = a_full_request(customer, attachments=((file.pk, "list.csv"),))
    attachment = OrderAttachment.objects.get()

    response = client.get(f"{page_of(request)}attachments/{attachment.pk}/")

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_attachments_of_others_and_of_other_orders_do_not_exist(client, customer):
    request = a_full_request(customer)
    other = a_request(customer)
    foreign = a_request(a_customer("10002"))
    attachment = OrderAttachment.objects.get()
    client.force_login(a_member(customer, Section.ORDERS))
    wrong = client.get(f"{page_of(other, 'customer')}attachments/{attachment.pk}/")
    client.force_login(a_member(foreign.order.customer, Section.ORDERS))
    stranger = client.get(f"{page_of(request, 'customer')}attachments/{attachment.pk}/")
    client.force_login(a_member(customer))
    colleague = client.get(f"{page_of(request, 'customer')}attachments/{attachment.pk}/")

    assert [each.status_code for each in (wrong, stranger, colleague)] == [404, 404, 403]


# Offers


def test_an_offer_request_leads_to_its_offer(client, laura, customer):
    request = a_request(customer, kind=RequestKind.OFFER)
    before = text_of(client.get(page_of(request)))
    draft = a_draft(request=request, now=timezone.now(), valid_on=timezone.localdate())
    client_page = page_of(request, "customer")
    offer_mail.send(
        order_id=draft.offer_id, revision=draft.revision, user_id=laura.pk, now=timezone.now()
    )

    office = text_of(client.get(page_of(request)))
    client.force_login(a_member(customer, Section.ORDERS))
    own = client.get(client_page)
    paper = Order.objects.get().documents.get(kind="offer")

    assert f"Offer request {request.order.number}" in before
    assert "Write an offer" in before
    assert f'href="/office/offers/{request.order.number}/"' in office
    assert "Write an offer" not in office
    assert f'href="{client_page}documents/{paper.pk}/"' in text_of(own)
    assert own.context["came"].offer.get_state_display() == "Sent"
    assert "5,376.00" in text_of(own)


def test_the_customer_hears_nothing_of_an_offer_that_is_being_written(client, customer):
    draft = a_draft(customer)
    client.force_login(a_member(customer, Section.ORDERS))

    page = client.get(f"/orders/{draft.offer.order.number}/")

    assert page.context["came"].offer is None


@pytest.mark.parametrize("audience", ["office", "customer"])
def test_orders_of_one_offer_know_each_other_and_its_files(client, laura, customer, audience):
    offer = an_approved_offer(
        request=a_request(
            customer,
            kind=RequestKind.OFFER,
            goods=(some_goods(quantity=Decimal(3)),),
            attachments=((a_file().pk, "way in.pdf"),),
        )
    )
    made, _is_new = ordering.create_orders(
        order_id=offer.pk,
        split=lambda stops, goods: splitting.in_parts(stops, goods, 3),
        user_id=laura.pk,
        now=NOON,
    )
    if audience == "customer":
        client.force_login(a_member(customer, Section.ORDERS))
    prefix = "/office/orders/" if audience == "office" else "/orders/"

    page = text_of(client.get(f"{prefix}{made[1].number}/"))

    first, _second, third = (each.number for each in made)
    for number in (first, third):
        assert f'href="{prefix}{number}/"' in page
    assert f"{prefix}{first}/attachments/{OrderAttachment.objects.get().pk}/" in page
    assert ("/office/offers/" in page) == (audience == "office")
    assert f"/office/offers/{made[1].number}/" not in page


# What the office does there


def acts(response):
    return [str(act["label"]) for act in response.context["work"].acts]


def test_the_page_offers_what_can_be_done_now(client, laura, customer):
    order = a_request(customer)
    offer = an_approved_offer(customer)

    assert acts(client.get(page_of(order))) == [
        "Mark as handled",
        "Confirm the order",
        "Take",
        "Turn into an offer request",
    ]
    assert acts(client.get(f"/office/orders/{offer.order.number}/")) == [
        "Create orders",
        "Open the offer",
        "Take",
        "Put back among the new",
    ]


def test_looking_alone_offers_no_acts(client, customer):
    client.force_login(with_rights(a_clerk(), "view_order", "view_orderrequest"))

    response = client.get(page_of(a_request(customer)))

    assert acts(response) == []
    assert 'id="row-act"' not in text_of(response)


def test_an_act_comes_back_to_the_page_with_undo(client, laura, customer):
    request = a_request(customer)
    page = page_of(request)

    done = client.post(ACT, {"row": f"handle:{request.pk}", "next": page}, follow=True)

    assert done.redirect_chain[-1][0] == page
    assert f"{request.order.number} is handled." in text_of(done)
    assert f'name="chosen" value="{request.pk}"' in text_of(done)
    assert "Laura Callahan" in text_of(done)
    assert acts(done)[-1] == "Put back among the new"


def test_owner_age_and_cut_off_are_told(client, laura, nancy, customer):
    request = a_request(
        customer, now=timezone.now() - timedelta(hours=3), order_type_id=an_order_type().pk
    )
    handling.take(order_id=request.pk, user_id=nancy.pk, seen_owner_id=None, now=NOON)

    response = client.get(page_of(request))

    assert response.context["work"].waiting == "3 h"
    assert response.context["work"].owner == "Nancy Davolio"
    assert "Take over" in acts(response)
    assert "May be changed until" in text_of(response)


def test_an_order_is_confirmed_and_handled_once(client, laura, customer):
    request = a_request(customer)

    done = client.post(ACT, {"row": f"confirm:{request.pk}", "next": page_of(request)}, follow=True)
    again = client.post(
        ACT, {"row": f"confirm:{request.pk}", "next": page_of(request)}, follow=True
    )

    assert "is confirmed, and the customer is told." in text_of(done)
    assert "is confirmed already." in text_of(again)
    assert OrderRequest.objects.get().handled_by == laura
    work()
    assert OutgoingMessage.objects.filter(kind="order_confirmed").count() == 1


def test_who_may_not_change_orders_confirms_none(client, customer):
    clerk = a_clerk()
    client.force_login(with_rights(clerk, "view_orderrequest", "change_orderrequest", "view_order"))
    request = a_request(customer)

    page = client.get(page_of(request))
    refused = client.post(ACT, {"row": f"confirm:{request.pk}"})

    assert "Mark as handled" in acts(page)
    assert "Confirm the order" not in acts(page)
    assert refused.status_code == 403
    assert Order.objects.get().status == "received"


def test_an_offer_is_begun_from_the_request(client, laura, customer):
    request = a_request(customer, kind=RequestKind.OFFER)

    begun = client.post(ACT, {"row": f"begin:{request.pk}"})
    again = client.post(ACT, {"row": f"begin:{request.pk}"})

    assert begun.headers["Location"] == f"/office/offers/{request.order.number}/"
    assert again.headers["Location"] == begun.headers["Location"]
    assert request.order.offer.versions.count() == 1


def test_beginning_an_offer_needs_the_right_to_offers(client, customer):
    request = a_request(customer, kind=RequestKind.OFFER)
    client.force_login(
        with_rights(a_clerk(), "view_order", "view_orderrequest", "change_orderrequest")
    )

    assert "Write an offer" not in text_of(client.get(page_of(request)))
    assert client.post(ACT, {"row": f"begin:{request.pk}"}).status_code == 403
    assert not hasattr(Order.objects.get(), "offer")


def test_the_second_of_two_clerks_is_told_what_the_first_did(client, laura, nancy, customer):
    order, offer = a_request(customer), a_request(customer, kind=RequestKind.OFFER)
    page = page_of(order)
    # Laura's page is as it was before Nancy came.
    handling.handle(order_id=order.pk, user_id=nancy.pk, now=NOON)
    handling.take(order_id=order.pk, user_id=nancy.pk, seen_owner_id=None, now=NOON)
    handling.switch_kind(order_id=offer.pk, to=RequestKind.ORDER, now=NOON)

    def said(what, request=order):
        return text_of(client.post(ACT, {"row": f"{what}:{request.pk}", "next": page}, follow=True))

    assert "was handled already: Nancy Davolio" in said("handle")
    assert "Somebody else has taken this request meanwhile." in said("take:")
    assert "Somebody else has taken this request meanwhile." in said("release")
    assert "This is an order. Turn it into an offer request first." in said("begin", offer)


# Who is looking


def test_who_has_it_open_is_told_on_the_page_and_in_the_list(client, laura, nancy, customer):
    request = a_request(customer)
    presence.seen(order_id=request.pk, user_id=nancy.pk, now=timezone.now())

    page = text_of(client.get(page_of(request)))
    row = client.get("/office/requests/").context["rows"][0]

    assert "Nancy Davolio is looking at this" in page
    assert f'id="looked-at" name="looking" value="{request.pk}"' in page
    assert row.looking == "Nancy Davolio is looking at this"
    assert set(Presence.objects.values_list("user", flat=True)) == {laura.pk, nancy.pk}


def test_who_has_the_request_open_is_told_on_the_page_of_its_offer(client, laura, nancy):
    offer = a_draft().offer
    presence.seen(order_id=offer.pk, user_id=nancy.pk, now=timezone.now())

    page = text_of(client.get(f"/office/offers/{offer.order.number}/"))

    assert "Nancy Davolio is looking at this" in page
    assert f'id="looked-at" name="looking" value="{offer.pk}"' in page
    assert Presence.objects.filter(user=laura, request=offer.pk).exists()


def asked(client, looking):
    return client.get(BAR, {"looking": looking}, headers={"HX-Request": "true", "Quiet": "1"})


def test_the_bar_says_who_came_and_notes_who_is_still_there(
    client, laura, nancy, customer, django_assert_num_queries
):
    request = a_request(customer)
    presence.seen(order_id=request.pk, user_id=nancy.pk, now=timezone.now())
    asked(client, request.pk)

    # Session, person, permissions, the bar; is it a request, still there, who else.
    with django_assert_num_queries(7):
        page = text_of(asked(client, request.pk))

    assert 'id="looking" hx-swap-oob="true"' in page
    assert "Nancy Davolio is looking at this" in page
    assert Presence.objects.filter(user=laura, request=request.pk).exists()


@pytest.mark.parametrize("looking", ["", "x", "7", "9" * 30, "-1"])
def test_the_bar_of_other_pages_says_nothing_of_it(client, laura, looking):
    assert 'id="looking"' not in text_of(asked(client, looking))
    assert not Presence.objects.exists()
