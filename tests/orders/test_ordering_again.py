from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, OutgoingMessage
from accounts.services import merging
from accounts.services.newcomers import Newcomer
from orders.models import GoodsLine, Order, OrderDraft, OrderLink
from orders.services import sending
from tests.builders.accounts import a_clerk, a_customer, a_superuser, a_user, an_address, an_admin
from tests.builders.wishes import a_guest_request, a_wish, an_order_link, an_order_type
from tests.orders.test_public_form import Visitor, filled

pytestmark = pytest.mark.django_db

MARIA = "maria@alfreds.example"


@pytest.fixture
def sent():
    """A guest's order that came by a form which is still open."""
    sent = a_guest_request(order_type_id=an_order_type().pk)
    sent.order_link = an_order_link()
    sent.save()
    return sent


def page_of(request):
    return urlsplit(sending.follow_link(request, now=timezone.now())).path


def begun(client, request):
    """Press "Order again" on the order's page: the draft's token and the page of its form."""
    page = page_of(request)
    assert "Order again" in client.get(page).content.decode()
    response = client.post(f"{page}order-again/")
    assert response.status_code == 302
    return response["Location"].rpartition("draft=")[2], client.get(response["Location"])


def a_draft_again(request):
    """A draft that repeats the order."""
    assert Client().post(f"{page_of(request)}order-again/").status_code == 302
    return OrderDraft.objects.latest("pk")


def send(draft, **said):
    """Send the draft as the form would, with this said about who orders."""
    who = {
        "name": "Alfreds Futterkiste",
        "contact": "Maria Anders",
        "email": "Maria@Alfreds.example",
        "business_id": "DE136695976",
    } | said
    return sending.send(
        draft_id=draft.pk,
        revision=draft.revision,
        newcomer=Newcomer(**who),
        wish_of=lambda draft, customer_id: a_wish(Customer.objects.get(pk=customer_id)),
        now=timezone.now(),
    ).request


def test_nothing_is_typed_again_but_the_days(client, sent):
    _token, form = begun(client, sent)

    page = form.content.decode()
    for known in (
        "Alfreds Futterkiste",
        "DE136695976",
        "Maria Anders",
        MARIA,
        "Obere Str. 57",
        "12209",
        "Tinned fish",
        "Kirchgasse 6",
    ):
        assert f'value="{known}"' in page
    assert "4500-2290" not in page


def test_the_second_order_is_of_the_customer_of_the_first(client, sent):
    token, _form = begun(client, sent)
    visitor = Visitor(OrderLink.objects.get())
    visitor.get(f"{visitor.url}?draft={token}")

    visitor.press("review", filled())
    visitor.send()

    assert Order.objects.count() == 2
    assert {order.customer for order in Order.objects.all()} == {sent.order.customer}
    assert Customer.objects.count() == 1
    # The link came by mail, so the address is proven, and the receipt repeats what was typed.
    receipt = OutgoingMessage.objects.latest("pk")
    assert "Dear Maria Anders," in receipt.body_text
    assert "4500-2290" in receipt.body_text


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_number_means_the_same_in_the_language_of_the_form(sent, language):
    GoodsLine.objects.update(quantity=Decimal("1.5"), gross_weight=Decimal("1.125"))
    OrderLink.objects.update(language=language)
    finnish = Client(headers={"accept-language": "fi"})

    form = finnish.post(f"{page_of(sent)}order-again/", follow=True)

    [row] = form.context["order_form"].goods
    mark = {"en": ".", "de": ","}[language]
    assert (row["quantity"].value(), row["gross_weight"].value()) == (f"1{mark}5", f"1{mark}125")


@pytest.mark.parametrize(
    "said", [{"name": "Other GmbH"}, {"business_id": ""}, {"email": "ann@alfreds.example"}]
)
def test_who_says_something_else_of_itself_is_another_customer(sent, said):
    again = send(a_draft_again(sent), **said)

    assert again.order.customer != sent.order.customer


def test_the_office_sees_another_address_that_the_guest_gives(client, sent):
    moved = {"street": "Neue Str. 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
    known = {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country": "DE"}
    first = send(a_draft_again(sent), **known)
    again = send(a_draft_again(sent), **moved)
    silent = send(a_draft_again(sent))
    client.force_login(a_superuser())

    assert again.order.customer == sent.order.customer
    page = client.get(f"/office/orders/{again.order.number}/").content.decode()
    assert "Invoice address given" in page
    assert "Neue Str. 1, 10115 Berlin, Germany" in page
    for request in (first, silent):
        page = client.get(f"/office/orders/{request.order.number}/").content.decode()
        assert "Invoice address given" not in page
    # It is the office that changes the customer: whoever has the link may give any address.
    assert sent.order.customer.addresses.get().street == "Obere Str. 57"


def test_people_order_for_a_customer_that_somebody_manages_by_signing_in(sent):
    an_admin(sent.order.customer)

    assert send(a_draft_again(sent)).order.customer != sent.order.customer


def test_what_the_erp_knows_of_the_survivor_is_not_shown_to_who_has_the_link(client, sent):
    survivor = a_customer("10001", name="Big Company Oyj", business_id="FI12345671")
    an_address(survivor, kind="invoice", street="Secret street 1")
    old_page = page_of(sent)
    draft = a_draft_again(sent)
    merging.merge(
        away_id=sent.order.customer_id,
        survivor_id=survivor.pk,
        user_id=a_clerk().pk,
        may_give_rights=True,
        now=timezone.now(),
    )
    sent.order.refresh_from_db()

    for page in (old_page, page_of(sent)):
        own = client.get(page).content.decode()
        assert "Big Company Oyj" not in own
        assert sent.contact_name in own
        response = client.post(f"{page}order-again/", follow=True)
        text = response.content.decode()
        assert f'value="{MARIA}"' in text
        assert "Secret street" not in text
        assert "FI12345671" not in text
        assert "Big Company Oyj" not in text
    assert send(draft).order.customer not in {survivor, sent.order.customer}


def test_a_form_that_is_closed_takes_no_second_order(client, sent):
    OrderLink.objects.update(revoked_at=timezone.now())
    page = page_of(sent)

    assert "Order again" not in client.get(page).content.decode()
    assert client.post(f"{page}order-again/").status_code == 404
    assert not OrderDraft.objects.exists()


def test_a_type_that_is_switched_off_is_not_ordered_again(client, sent):
    kind = an_order_type("coach", is_active=False)
    OrderLink.objects.update(order_type=kind)

    assert "Order again" not in client.get(page_of(sent)).content.decode()
    assert client.post(f"{page_of(sent)}order-again/").status_code == 404
    assert not OrderDraft.objects.exists()


def test_members_order_again_where_they_are_signed_in(client, sent):
    sent.sent_by = a_user()
    sent.save()
    page = page_of(sent)

    assert "Order again" not in client.get(page).content.decode()
    assert client.post(f"{page}order-again/").status_code == 404


def test_typing_an_address_fills_nothing_in(sent):
    visitor = Visitor(OrderLink.objects.get())

    visitor.press("save", {"answers-contact_email": MARIA})

    assert f'value="{MARIA}"' in visitor.page
    assert "Obere Str. 57" not in visitor.page
    assert "Alfreds" not in visitor.page
