"""Choosing orders and invoices in a list, and to whom their documents go."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import Sending
from accounts.sections import Section
from accounts.services import document_recipients, sending
from accounts.views.sending import LIMIT
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser
from tests.builders.invoices import an_invoice, an_invoice_document
from tests.builders.orders import NOON, PDF, a_paper, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste", email="office@alfreds.example")


@pytest.fixture
def member(client, customer):
    user = a_member(
        customer, Section.ORDERS, Section.INVOICES, email="maria@alfreds.example", language="en"
    )
    client.force_login(user)
    return user


@pytest.fixture
def order(customer):
    order = an_order(customer, "10952")
    a_paper(order, number="10952", content=PDF)
    return order


@pytest.fixture
def invoice(customer):
    invoice = an_invoice(customer, "300412")
    an_invoice_document(invoice, content=PDF)
    return invoice


def page_of(*orders, place="/orders/email/"):
    return f"{place}?" + "&".join(f"chosen={order.pk}" for order in orders)


def token_of(client, page):
    return client.get(page).context["form"]["token"].value()


def post(client, page, **fields):
    fields = {"token": token_of(client, page), "to_me": "on"} | fields
    return client.post(page, {name: value for name, value in fields.items() if value}, follow=True)


def recipients():
    return [
        [(each["email"], each["language"]) for each in asked.recipients]
        for asked in Sending.objects.order_by("pk")
    ]


def told(response):
    return [str(message) for message in response.context["messages"]]


def text_of(response):
    return response.content.decode()


def test_rows_of_my_orders_are_chosen_and_lead_to_the_page(client, member, order):
    page = text_of(client.get("/orders/"))

    assert '<form method="get" action="/orders/email/">' in page
    assert (
        f'<input type="checkbox" name="chosen" value="{order.pk}" aria-label="Choose order 10952">'
        in page
    )
    assert "E-mail documents</button>" in page


def test_rows_of_my_invoices_are_chosen_too(client, member, invoice):
    page = text_of(client.get("/invoices/"))

    assert f'name="chosen" value="{invoice.pk}" aria-label="Choose invoice 300412">' in page
    assert 'action="/invoices/email/"' in page


def test_the_page_names_what_is_sent_and_offers_the_own_address(client, member, order):
    page = client.get(page_of(order))

    assert "Order confirmation 10952" in text_of(page)
    assert "To me, maria@alfreds.example" in text_of(page)
    assert page.context["form"]["to_me"].initial is True
    assert {"to_customer", "to_kept"}.isdisjoint(page.context["form"].fields)


def test_what_was_chosen_is_sent_to_the_own_address_and_to_typed_ones(client, member, order):
    response = post(
        client,
        page_of(order),
        further=" Pat@Elsewhere.example,\nsam@elsewhere.example; pat@elsewhere.example ",
    )

    assert response.redirect_chain == [("/orders/10952/", 302)]
    assert recipients() == [
        [
            ("maria@alfreds.example", "en"),
            ("pat@elsewhere.example", "en"),
            ("sam@elsewhere.example", "en"),
        ]
    ]
    assert told(response) == [
        "Order confirmation 10952 is on its way to maria@alfreds.example,"
        " pat@elsewhere.example, sam@elsewhere.example."
    ]
    assert Sending.objects.get().asked_by == member


def test_recipients_kept_for_the_kind_of_paper_are_offered(client, member, order, invoice):
    for kind, email in (("confirmation", "goods@x.example"), ("invoice", "money@x.example")):
        document_recipients.add(
            customer_id=order.customer_id, kinds=[kind], email=email, language="de", now=NOON
        )
    page = page_of(order)

    assert "goods@x.example" in text_of(client.get(page))
    assert "money@x.example" not in text_of(client.get(page))
    post(client, page, to_me="", to_kept="on")
    post(client, page_of(invoice, place="/invoices/email/"), to_kept="on")

    assert recipients() == [
        [("goods@x.example", "de")],
        [("maria@alfreds.example", "en"), ("money@x.example", "de")],
    ]


def test_several_go_back_to_the_list_and_those_without_a_document_are_named(
    client, member, customer, order
):
    bare = an_order(customer, "10953")
    other = an_order(customer, "10951")
    a_paper(other, number="10951", content=PDF)

    page = client.get(page_of(order, bare, other))
    response = post(client, page_of(order, bare, other))

    assert text_of(page).count("No documents available") == 1
    assert response.redirect_chain == [("/orders/", 302)]
    assert told(response) == [
        "2 documents are on their way to maria@alfreds.example.",
        "No documents available: Order confirmation 10953.",
    ]


def test_without_any_document_there_is_nothing_to_send(client, member, customer):
    order = an_order(customer, "10953")

    page = client.get(page_of(order))
    posted = client.post(
        page_of(order), {"token": str(token_of(client, page_of(order))), "to_me": "on"}
    )

    assert 'name="further"' not in text_of(page)
    assert posted.status_code == 200
    assert Sending.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"to_me": ""}, "Choose at least one recipient."),
        (
            {"further": "pat@elsewhere.example, nonsense @x a@b"},
            "Not an e-mail address: nonsense, @x, a@b.",
        ),
        (
            {"further": "\n".join(f"p{number}@x.example" for number in range(11))},
            "These are more than 10 addresses.",
        ),
        ({"further": "pat@sähkö.example"}, None),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_is_kept(client, member, order, fields, error):
    page = page_of(order)

    response = client.post(
        page,
        {
            name: value
            for name, value in ({"token": token_of(client, page), "to_me": "on"} | fields).items()
            if value
        },
    )

    if error is None:
        assert response.status_code == 302
    else:
        assert error in text_of(response)
        assert "Error: " in text_of(response)
        assert response.context["form"]["further"].value() == fields.get("further")
        assert Sending.objects.count() == 0


def test_a_form_without_its_token_is_not_sent(client, member, order):
    response = client.post(page_of(order), {"token": "mine", "to_me": "on"})

    assert response.status_code == 200
    assert Sending.objects.count() == 0


def test_a_double_click_sends_once(client, member, order):
    page = page_of(order)
    fields = {"token": token_of(client, page), "to_me": "on"}

    first, second = client.post(page, fields), client.post(page, fields)

    assert (first["Location"], second["Location"]) == ("/orders/10952/",) * 2
    assert Sending.objects.count() == 1


def test_whoever_sends_a_lot_waits(client, member, order):
    page = page_of(order)
    with time_machine.travel(timezone.now(), tick=False) as moment:
        for _ in range(LIMIT.free):
            post(client, page)
        refused = client.post(page, {"token": token_of(client, page), "to_me": "on"})
        moment.shift(timedelta(minutes=2))
        again = client.post(page, {"token": token_of(client, page), "to_me": "on"})

    assert "You have sent a lot just now." in text_of(refused)
    assert again.status_code == 302


@pytest.mark.parametrize("query", ["", "?chosen=", "?chosen=x", "?chosen=٣", f"?chosen={'9' * 30}"])
def test_without_a_choice_the_list_asks_for_one(client, member, order, query):
    response = client.get(f"/orders/email/{query}", follow=True)

    assert response.redirect_chain == [("/orders/", 302)]
    assert told(response) == ["Choose at least one row first."]


def test_strangers_and_colleagues_send_nothing(client, customer, order, invoice):
    pages = [page_of(order), page_of(invoice, place="/invoices/email/")]
    client.force_login(a_member(a_customer("10002"), *Section))
    strangers = [client.get(page).status_code for page in pages]
    client.force_login(a_member(customer))
    colleagues = [client.get(page).status_code for page in pages]

    assert (strangers, colleagues) == ([404, 404], [403, 403])
    assert client.post(pages[0], {"to_me": "on"}).status_code == 403


def test_a_foreign_order_among_the_chosen_is_left_out(client, member, order):
    foreign = an_order(a_customer("10002"), "77777")
    a_paper(foreign, content=PDF)

    post(client, page_of(order, foreign))

    assert [item.number for item in Sending.objects.get().items.all()] == ["10952"]


def test_more_than_a_hundred_are_not_sent_at_once_and_the_page_says_so(client, member, customer):
    orders = [an_order(customer) for _ in range(sending.MOST_SUBJECTS + 1)]

    page = client.get(page_of(*orders))
    few = client.get(page_of(*orders[1:]))

    assert len(page.context["subjects"]) == sending.MOST_SUBJECTS
    words = "Only the first 100 chosen rows are here. Send the others afterwards."
    assert (told(page), told(few)) == ([words], [])
    assert words in text_of(page)


def test_the_office_sends_again_to_the_customer_and_who_gets_them_anyway(client, order):
    document_recipients.add(
        customer_id=order.customer_id,
        kinds=["confirmation"],
        email="goods@x.example",
        language="sv",
        now=NOON,
    )
    clerk = a_superuser(email="laura@seller.example")
    client.force_login(clerk)
    page = page_of(order, place="/office/orders/email/")

    shown = client.get(page)
    response = post(client, page, to_me="", to_customer="on", to_kept="on")

    assert shown.context["form"]["to_me"].initial is False
    assert "office@alfreds.example" in text_of(shown)
    assert response.redirect_chain == [("/office/orders/10952/", 302)]
    assert [email for email, _language in recipients()[0]] == [
        "office@alfreds.example",
        "goods@x.example",
    ]


def test_the_office_sends_documents_of_several_customers_apart(client, order):
    other = an_order(a_customer("10002"), "20001")
    a_paper(other, content=PDF)
    client.force_login(a_superuser())
    page = page_of(order, other, place="/office/orders/email/")

    refused = client.post(page, {"token": token_of(client, page), "to_customer": "on"})
    post(client, page, to_me="", to_customer="on", further="pat@elsewhere.example")

    assert "Choose a recipient for the documents of 10002" in text_of(refused)
    assert [[email for email, _language in each] for each in recipients()] == [
        ["office@alfreds.example", "pat@elsewhere.example"],
        ["pat@elsewhere.example"],
    ]


def test_staff_who_may_only_look_send_nothing(client, order, invoice):
    clerk = a_clerk()
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_order", "view_invoice"])
    )
    client.force_login(clerk)

    for place, thing in (("orders", order), ("invoices", invoice)):
        assert 'name="chosen"' not in text_of(client.get(f"/office/{place}/?status=all"))
        assert client.get(page_of(thing, place=f"/office/{place}/email/")).status_code == 403
    assert "E-mail documents" not in text_of(client.get("/office/orders/10952/"))


@pytest.mark.parametrize("place", ["", "/office"])
def test_the_pages_of_an_order_and_an_invoice_tell_what_was_sent(
    client, member, order, invoice, place
):
    post(client, page_of(order))
    post(client, page_of(invoice, place="/invoices/email/"), further="pat@elsewhere.example")
    sending.send_due(clock=timezone.now)
    if place:
        client.force_login(a_superuser())

    order_page = text_of(client.get(f"{place}/orders/10952/"))
    invoice_page = text_of(client.get(f"{place}/invoices/300412/"))

    assert f'href="{place}/orders/email/?chosen={order.pk}"' in order_page
    assert "maria@alfreds.example" in order_page
    assert "pat@elsewhere.example" in invoice_page
    assert "Handed over" in invoice_page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_whatever_is_chosen(
    client, member, customer, count, django_assert_num_queries
):
    orders = [an_order(customer) for _ in range(count)]
    page = page_of(*orders)
    client.get(page)

    with django_assert_num_queries(6):
        assert len(client.get(page).context["subjects"]) == count
