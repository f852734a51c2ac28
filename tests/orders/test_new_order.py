"""Ordering signed in: the form of a link with less to type, for the active customer."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Company, OutgoingMessage
from accounts.sections import Section
from accounts.services import company, membership
from orders.models import Order, OrderDraft, OrderType
from orders.services import drafts, requests, sending
from orders.services.sending import MayNotOrder
from tests.builders.accounts import a_clerk, a_customer, a_member, a_role, a_superuser, an_admin
from tests.builders.order_forms import goods, stop
from tests.builders.orders import a_line, an_order
from tests.builders.wishes import NOON, a_product, a_request, a_wish, an_order_type
from tests.threads import at_once

pytestmark = pytest.mark.django_db

START = "/orders/new/"
FORM = "/orders/new/form/"
REVIEW = "/orders/new/review/"
SOON = (timezone.now() + timedelta(days=8)).date()
LATER = SOON + timedelta(days=1)


def filled(customer, **changed):
    """The form as a browser posts it: nothing of who orders is typed."""
    posted = {
        "customer": customer.reference,
        "order_type": "transport",
        "answers-kind": "order",
        "answers-contact_name": "Maria Anders",
        "answers-contact_email": "maria@alfreds.example",
        "answers-contact_phone": "030-0074321",
        "answers-customer_reference": "4500-2290",
    }
    rows = {
        "stops": [
            stop(day=SOON.isoformat()),
            stop("delivery", postal_code="8010", city="Graz", country="AT", day=LATER.isoformat()),
        ],
        "goods": [goods()],
    }
    for section, found in rows.items():
        for number, row in enumerate(found, start=1):
            posted[f"{section}-{number}-there"] = "1"
            posted |= {f"{section}-{number}-{name}": value for name, value in row.items()}
    return posted | changed


class Member:
    """Somebody at the form: follows redirects and remembers the draft."""

    def __init__(self, user, customer):
        self.client = Client()
        self.client.force_login(user)
        self.user = user
        self.customer = customer
        self.hidden = {}

    def get(self, url):
        return self._read(self.client.get(url, follow=True))

    def press(self, button, posted=None, **extra):
        data = self.hidden | (filled(self.customer) if posted is None else posted) | extra
        return self._read(self.client.post(FORM, {**data, "do": button}, follow=True))

    def send(self):
        data = {"customer": self.customer.reference, **self.hidden}
        return self._read(self.client.post(REVIEW, data, follow=True))

    def _read(self, response):
        self.response = response
        self.page = response.content.decode()
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page)
        self.hidden = {name: value for name, value in found if name in {"draft", "revision"}}
        return response


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste", country="DE")


@pytest.fixture
def maria(customer):
    an_order_type(fields={"people": "hidden"})
    sections = (Section.ORDERS, Section.PLACE_ORDERS)
    user = a_member(customer, *sections, email="maria@alfreds.example", phone="030-0074321")
    return Member(user, customer)


def test_a_member_orders_without_typing_who_orders(maria, customer):
    maria.get(FORM)
    assert 'value="Maria Anders"' in maria.page
    assert 'value="maria@alfreds.example"' in maria.page
    for name in ("company_name", "business_id", "street", "invoice_email"):
        assert f'name="answers-{name}"' not in maria.page

    maria.press("review")
    assert "Check and send" in maria.page
    maria.send()

    order = Order.objects.get()
    assert f"Order {order.number} received" in maria.page
    assert f'href="/orders/{order.number}/"' in maria.page
    assert (order.customer, order.payer, order.origin) == (customer, customer, "portal")
    request = order.request
    assert request.sent_by.email == "maria@alfreds.example"
    assert (request.contact_phone, request.order_type.code) == ("+49300074321", "transport")
    message = OutgoingMessage.objects.get()
    assert (message.kind, message.user_id) == ("request_received", request.sent_by_id)
    entry = AuditEntry.objects.get(kind="order_placed")
    assert (entry.subject, entry.customer, entry.actor) == (
        order.number,
        customer,
        request.sent_by,
    )


def test_the_order_is_in_my_orders_and_waits_for_the_office(maria):
    maria.press("review", filled(maria.customer, **{"answers-kind": "offer"}))
    maria.send()

    number = Order.objects.get().number
    maria.get("/orders/")
    assert number in maria.page
    office = Client()
    office.force_login(a_superuser())
    assert number in office.get("/office/requests/").content.decode()


def test_a_contact_that_is_somebody_else_is_not_taken_for_the_sender(maria):
    maria.press("review", filled(maria.customer, **{"answers-contact_email": "jo@elsewhere.test"}))
    maria.send()

    message = OutgoingMessage.objects.get()
    assert (message.recipient_address, message.user_id) == ("jo@elsewhere.test", None)


def test_the_form_sent_twice_is_one_order(maria):
    maria.press("review")
    hidden = maria.hidden
    maria.send()
    maria.hidden = hidden
    maria.send()

    assert f"Order {Order.objects.get().number} received" in maria.page
    assert OutgoingMessage.objects.count() == 1


def test_with_one_order_type_the_form_opens_at_once(maria):
    maria.get(START)

    assert maria.response.redirect_chain == [(FORM, 302)]


def test_with_several_order_types_the_person_chooses(maria):
    an_order_type("coach", names={"en": "Coach"}, position=2)
    an_order_type("links", names={"en": "By links alone"}, is_for_members=False)
    an_order_type("off", names={"en": "Switched off"}, is_active=False)

    maria.get(START)

    assert re.findall(rf'href="{FORM}\?type=(\w+)"', maria.page) == ["transport", "coach"]
    maria.get(f"{FORM}?type=coach")
    assert "<h1>Coach</h1>" in maria.page


def test_without_an_order_type_the_page_says_whom_to_ask(maria):
    OrderType.objects.update(is_for_members=False)
    company.keep(company=Company(name="Northwind", email="office@northwind.example"))

    maria.get(START)

    assert maria.response.status_code == 503
    assert 'href="mailto:office@northwind.example"' in maria.page
    assert maria.press("save").status_code == 503
    assert not OrderDraft.objects.exists()


def test_a_type_that_is_not_offered_any_more_is_not_sent(maria):
    maria.press("review")
    an_order_type("coach", names={"en": "Coach"}, fields={"people": "required"})
    OrderType.objects.filter(code="transport").update(is_for_members=False)

    maria.send()

    assert "“Transport order” is not offered here any more." in maria.page
    assert "<title>Error:" in maria.page
    assert not Order.objects.exists()


def test_a_draft_is_listed_and_gone_on_with(maria):
    an_order_type("coach", names={"en": "Coach"}, position=2)
    maria.press("save")
    draft = OrderDraft.objects.get()

    maria.get(START)

    assert "Go on with what you began" in maria.page
    assert f'href="{FORM}?draft={draft.pk}"' in maria.page
    assert "Berlin – Graz" in maria.page  # noqa: RUF001
    maria.get(f"{FORM}?draft={draft.pk}")
    assert 'value="Tinned fish"' in maria.page


def test_a_draft_is_deleted_by_whoever_began_it_alone(maria, customer):
    maria.press("save")
    address = f"{START}drafts/{OrderDraft.objects.get().pk}/delete/"
    sam = Member(a_member(customer, Section.PLACE_ORDERS), customer)

    assert sam.client.post(address, {"customer": customer.reference}).status_code == 404
    assert OrderDraft.objects.exists()

    maria.client.post(address, {"customer": customer.reference})
    assert not OrderDraft.objects.exists()


def test_a_colleague_does_not_open_the_draft(maria, customer):
    maria.press("save")
    draft = OrderDraft.objects.get()
    sam = Member(an_admin(customer), customer)

    sam.get(f"{FORM}?draft={draft.pk}")

    assert "This draft is not there any more" in sam.page
    assert "Tinned fish" not in sam.page
    sam.hidden = {"draft": str(draft.pk)}
    sam.send()
    assert not Order.objects.exists()


def test_a_member_without_the_right_is_told_whom_to_ask(maria, customer):
    an_admin(customer, first_name="Anna", last_name="Admin", email="anna@alfreds.example")
    sam = Member(a_member(customer, Section.ORDERS), customer)

    for address in (START, FORM, REVIEW, f"{START}addresses/", f"{START}templates/"):
        assert sam.get(address).status_code == 403
        assert "anna@alfreds.example" in sam.page
    assert sam.press("save").status_code == 403
    assert "New order" not in sam.client.get("/orders/").content.decode()


@pytest.mark.parametrize("fields", [{"is_blocked": True}, {"removed_at": NOON}])
def test_nobody_orders_for_a_customer_that_is_blocked_or_removed(maria, customer, fields):
    maria.press("review")
    type(customer).objects.filter(pk=customer.pk).update(**fields)

    assert maria.get(FORM).status_code == 403
    assert "No orders at the moment" in maria.page
    assert maria.send().status_code == 403
    assert "New order" not in maria.client.get("/").content.decode()
    assert not Order.objects.exists()


def test_a_form_for_another_customer_than_the_active_one_is_asked_back(maria, customer):
    other = a_customer("10002", name="Berglunds")
    a_member(other, Section.PLACE_ORDERS, user=maria.user)
    maria.client.post("/customers/", {"customer": customer.reference})
    maria.press("review")
    draft = OrderDraft.objects.get()
    maria.client.post("/customers/", {"customer": other.reference})
    maria.hidden = {"draft": str(draft.pk)}

    maria.send()

    assert maria.response.status_code == 409
    assert "Send it for 10001 Alfreds Futterkiste" in maria.page
    assert not Order.objects.exists()
    answer = {
        "draft": draft.pk,
        "revision": draft.revision,
        "customer": customer.reference,
        "confirmed_customer": customer.reference,
    }
    maria.client.post(REVIEW, answer)
    assert Order.objects.get().customer == customer


def test_a_draft_of_another_customer_says_whose_it_is(maria, customer):
    maria.press("save")
    draft = OrderDraft.objects.get()
    other = a_customer("10002")
    a_member(other, Section.PLACE_ORDERS, user=draft.user)
    maria.client.post("/customers/", {"customer": other.reference})

    maria.get(f"{FORM}?draft={draft.pk}")

    assert "This draft is for 10001 Alfreds Futterkiste." in maria.page
    assert "Tinned fish" not in maria.page


def a_draft_to_send(customer, user):
    order_type = an_order_type(f"t{OrderType.objects.count()}")
    draft, _key = drafts.begin(
        typed={},
        language="en",
        order_type_id=order_type.pk,
        user_id=user.pk,
        customer_id=customer.pk,
        now=NOON,
    )
    return draft


def send(draft, user, now=NOON):
    return sending.send(
        draft_id=draft.pk,
        revision=0,
        newcomer=None,
        wish_of=lambda draft, _customer_id: a_wish(draft.customer, sent_key=draft.sent_key),
        sender=user,
        now=now,
    )


def test_a_right_withdrawn_between_review_and_sending_sends_nothing(customer):
    user = a_member(customer, Section.PLACE_ORDERS)
    draft = a_draft_to_send(customer, user)
    membership.grant(user_id=user.pk, customer_id=customer.pk, now=NOON)

    with pytest.raises(MayNotOrder):
        send(draft, user)

    assert not Order.objects.exists()


def test_a_person_whose_access_was_closed_meanwhile_sends_nothing(customer):
    user = a_member(customer, Section.PLACE_ORDERS)
    draft = a_draft_to_send(customer, user)
    membership.close_access(user_id=user.pk, now=NOON)

    with pytest.raises(MayNotOrder):
        send(draft, user)


@pytest.mark.django_db(transaction=True)
def test_an_order_and_the_end_of_its_right_at_once_leave_one_or_the_other(customer):
    an_admin(customer)
    for _turn in range(5):
        user = a_member(customer, Section.PLACE_ORDERS)
        draft = a_draft_to_send(customer, user)
        before = Order.objects.count()

        def withdraw(user=user):
            membership.withdraw(user_id=user.pk, customer_id=customer.pk, now=NOON)

        outcome, _none = at_once(lambda user=user, draft=draft: send(draft, user), withdraw)

        is_sent = not isinstance(outcome, MayNotOrder)
        assert Order.objects.count() == before + is_sent
        draft.refresh_from_db()
        assert draft.is_sent == is_sent
        with pytest.raises(MayNotOrder):
            send(a_draft_to_send(customer, user), user)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_send_at_once_make_one_order(customer):
    user = a_member(customer, Section.PLACE_ORDERS)
    draft = a_draft_to_send(customer, user)

    outcomes = at_once(*[lambda: send(draft, user)] * 2)

    assert sorted(outcome.is_new for outcome in outcomes) == [False, True]
    assert Order.objects.count() == 1


def looking(user):
    client = Client()
    client.force_login(user)
    client.post("/office/as-customer/", {"customer": "erp/10001"})
    return client


def test_staff_order_as_the_customer_for_its_contact(customer):
    type(customer).objects.filter(pk=customer.pk).update(
        contact="Anna Trujillo", email="anna@alfreds.example"
    )
    an_order_type(fields={"people": "hidden"})
    laura = a_clerk()
    a_role(None, laura, as_customer="process", orders="process")
    office = Member(laura, customer)
    office.client = looking(laura)

    office.get(FORM)
    assert 'value="anna@alfreds.example"' in office.page
    office.press("review")
    office.send()

    order = Order.objects.get()
    assert (order.customer, order.origin, order.request.sent_by) == (customer, "office", laura)
    entry = AuditEntry.objects.get(kind="order_placed")
    assert (entry.actor, entry.as_customer) == (laura, customer)
    assert OutgoingMessage.objects.get().user_id is None


@pytest.mark.parametrize(
    "levels",
    [
        {"as_customer": "display", "orders": "process"},
        {"as_customer": "process", "orders": "display"},
    ],
)
def test_staff_who_may_only_look_do_not_order(customer, levels):
    an_order_type()
    laura = a_clerk()
    a_role(None, laura, **levels)
    client = looking(laura)

    assert client.get(FORM).status_code == 403
    assert client.post(FORM, filled(customer)).status_code == 403
    assert not OrderDraft.objects.exists()


def test_an_order_is_ordered_again_on_another_day(maria, customer):
    earlier = a_request(customer, customer_reference="OLD-1").order

    maria.get("/orders/")
    assert f'href="{FORM}?again={earlier.pk}"' in maria.page
    maria.get(f"{FORM}?again={earlier.pk}")
    assert f"Filled in from order {earlier.number}." in maria.page
    assert 'value="Tinned fish"' in maria.page
    assert "OLD-1" not in maria.page
    assert not re.search(r'name="stops-1-day" value="', maria.page)

    maria.get(f"{FORM}?again={earlier.pk}&day={SOON}")

    assert f'name="stops-1-day" value="{SOON}"' in maria.page
    assert f'name="stops-2-day" value="{LATER}"' in maria.page
    assert 'name="stops-1-starts" value="07:00"' in maria.page
    assert not OrderDraft.objects.exists()


def test_a_day_that_is_over_is_told_and_no_days_are_filled_in(maria, customer):
    earlier = a_request(customer).order

    maria.get(f"{FORM}?again={earlier.pk}&day=2020-01-01")

    assert "Day of the first stop: This day is over." in maria.page
    assert "<title>Error:" in maria.page
    assert not re.search(r'name="stops-1-day" value="', maria.page)


def test_only_what_may_be_seen_is_ordered_again(maria, customer):
    strange = a_request(a_customer("10002")).order
    own = a_request(customer).order
    sam = Member(a_member(customer, Section.PLACE_ORDERS), customer)

    assert maria.get(f"{FORM}?again={strange.pk}").status_code == 404
    assert maria.get(f"{FORM}?again=x").status_code == 404
    assert sam.get(f"{FORM}?again={own.pk}").status_code == 403


def test_of_an_order_of_the_erp_the_products_and_the_place_come_along(maria, customer):
    a_product("11")
    an_order_type(
        "products",
        names={"en": "Product order"},
        fields={"products": "required", "goods": "hidden"},
        position=2,
    )
    order = an_order(customer, "10248", ship_to_name="Ernst Handel", ship_to_city="Graz")
    a_line(order, product_number="11", quantity=12)
    a_line(order, product_number="GONE")
    a_line(order, description="Freight")

    maria.get(f"{FORM}?again={order.pk}")

    assert "<h1>Product order</h1>" in maria.page
    assert 'name="products-1-number" value="11"' in maria.page
    assert 'name="products-1-quantity" value="12"' in maria.page
    assert "Product GONE cannot be ordered any more and was left out." in maria.page
    assert "Lines without a product number were left out." in maria.page
    assert 'value="Ernst Handel"' in maria.page


def test_the_page_of_an_order_offers_it_again_to_whoever_may_order(maria, customer):
    order = a_request(customer).order
    sam = Member(a_member(customer, Section.ORDERS), customer)

    maria.get(f"/orders/{order.number}/")
    sam.get(f"/orders/{order.number}/")

    assert f'href="{FORM}?again={order.pk}"' in maria.page
    assert f'href="{START}templates/new/?order={order.pk}"' in maria.page
    assert "?again=" not in sam.page


def test_the_form_asks_the_database_alike_however_many_stops_it_has(
    maria, customer, django_assert_max_num_queries
):
    for number in range(30):
        wish = a_wish(customer, customer_reference=f"R{number}")
        requests.place(wish=wish, sent_by_id=maria.user.pk, now=NOON)
    posted = filled(customer)
    for number in range(3, 21):
        posted |= {f"stops-{number}-there": "1", f"stops-{number}-kind": "delivery"}
    maria.press("save", posted)
    address = maria.response.redirect_chain[-1][0]

    with django_assert_max_num_queries(16):
        maria.client.get(address)
