from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Company
from accounts.sections import Section
from accounts.services import company, membership
from invoices.services import totals
from tests.builders.accounts import a_customer, a_family, a_member
from tests.builders.invoices import an_invoice, an_invoice_document
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db

LIST = "/invoices/"
NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def customer():
    return a_customer(number="10001", name="Alfreds Futterkiste")


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.INVOICES, Section.ORDERS)
    client.force_login(user)
    return user


def let_the_portal(**choices):
    company.keep(company=Company(name="Northwind", **choices))
    company.caches["process"].clear()


def numbers(response):
    return [row.number for row in response.context["rows"]]


def text_of(response):
    return response.content.decode()


def some_invoices(customer, count, **fields):
    for number in range(count):
        an_invoice(
            customer, f"3{number:05}", invoiced_on=TODAY - timedelta(days=count - number), **fields
        )


def test_an_invoice_shows_everything_a_row_promises(client, member, customer):
    an_invoice(
        customer,
        "300412",
        order=an_order(customer, "10835"),
        order_number="10835",
        customer_reference="4500-2180",
        invoiced_on=date(2026, 11, 19),
        due_on=date(2026, 12, 19),
        open_amount="25.50",
    )

    row = client.get(LIST).context["rows"][0]
    page = text_of(client.get(LIST))

    assert (row.number, row.href, row.reference) == ("300412", "/invoices/300412/", "4500-2180")
    assert (row.order_number, row.order_href) == ("10835", "/orders/10835/")
    assert (row.customer_number, row.customer_name) == ("10001", "Alfreds Futterkiste")
    assert (row.invoiced, row.due) == ("19 Nov 2026", "19 Dec 2026")
    assert (row.status, row.mark) == ("Partly paid", "go")
    assert (row.papers, row.is_credit_memo) == ("/invoices/300412.pdf", False)
    for told in ("Amount EUR", "125.50", "Open EUR", "<b>25.50</b>"):
        assert told in page


@pytest.mark.parametrize(
    ("due_on", "status", "mark"),
    [
        (TODAY, "Open", "wait"),
        (TODAY - timedelta(days=1), "Overdue 1 day", "stop"),
        (TODAY - timedelta(days=12), "Overdue 12 days", "stop"),
    ],
)
def test_what_is_overdue_says_for_how_long(client, member, customer, due_on, status, mark):
    an_invoice(customer, due_on=due_on)

    row = client.get(LIST).context["rows"][0]

    assert (row.status, row.mark) == (status, mark)


def test_a_credit_memo_is_tagged_and_never_due(client, member, customer):
    an_invoice(customer, "300393", net="-200", vat="-51", due_on=TODAY - timedelta(days=90))

    response = client.get(LIST)
    row = response.context["rows"][0]

    assert (row.is_credit_memo, row.due, row.status) == (True, "", "Credit to use")
    assert '<span class="tag">Credit memo</span>' in text_of(response)
    assert "\N{MINUS SIGN}251.00" in text_of(response)


def test_the_list_starts_with_what_is_open(client, member, customer):
    an_invoice(customer, "open")
    an_invoice(customer, "paid", open_amount="0", invoiced_on=date(2026, 11, 1))

    assert numbers(client.get(LIST)) == ["open"]
    assert numbers(client.get(f"{LIST}?status=paid")) == ["paid"]
    assert numbers(client.get(f"{LIST}?status=all")) == ["open", "paid"]
    assert numbers(client.get(f"{LIST}?status=all&sort=oldest")) == ["paid", "open"]


@pytest.mark.parametrize("text", ["300412", "3004", "4500-2180", "45002180", "4500 21", "pÖ"])
def test_a_search_finds_by_number_and_reference(client, member, customer, text):
    an_invoice(customer, "300412", customer_reference="4500-2180 PÖ")
    an_invoice(customer, "777", customer_reference="other")

    found = numbers(client.get(LIST, {"q": text}))

    assert found == (["300412"] if len(text) > 2 else [])


def test_days_narrow_the_list_and_both_ends_count(client, member, customer):
    for day in (1, 2, 3):
        an_invoice(customer, f"of {day}", invoiced_on=date(2026, 11, day))

    address = f"{LIST}?date_from=2026-11-01&date_to=2026-11-02"

    assert numbers(client.get(address)) == ["of 2", "of 1"]


def test_what_cannot_be_understood_is_left_out_and_told(client, member, customer):
    an_invoice(customer, "300412")

    response = client.get(f"{LIST}?status=late&date_from=2026-02-31&sort=amount&after=x&q=%00")

    assert response.status_code == 200
    assert numbers(response) == ["300412"]
    assert len(response.context["listing"].notices) == 5


def test_the_list_holds_ten_and_leads_on(client, member, customer):
    some_invoices(customer, 12)

    first = client.get(LIST)
    second = client.get(first.context["listing"].older)

    assert (len(numbers(first)), numbers(second)) == (10, ["300001", "300000"])
    assert "12 invoices" in text_of(first)


def test_the_list_is_of_the_active_customer_and_never_of_strangers(client, member, customer):
    an_invoice(customer, "mine")
    an_invoice(a_customer(), "foreign")
    an_invoice(a_customer(), "only paid by me", payer=customer)
    an_invoice(customer, "removed", removed_at=NOON)
    other = a_customer()
    a_member(other, Section.INVOICES, user=member)
    an_invoice(other, "of my other customer")
    client.post("/customers/", {"customer": customer.reference})

    assert numbers(client.get(f"{LIST}?status=all")) == ["mine"]


def test_with_the_payer_view_the_payer_opens_invoices(client, member, customer):
    let_the_portal(invoice_view="payer")
    branch = a_customer("10077", name="Berglunds")
    an_invoice(branch, "of a branch", payer=customer, order=an_order(branch, "1"), order_number="1")
    an_invoice(customer, "paid by another", payer=branch)

    response = client.get(LIST)
    row = response.context["rows"][0]

    assert numbers(response) == ["of a branch"]
    assert (row.customer_number, row.customer_name) == ("10077", "Berglunds")
    assert row.order_href == ""
    assert client.get("/invoices/of a branch/").status_code == 200
    assert client.get("/invoices/paid by another/").status_code == 404


def test_without_the_section_of_orders_their_numbers_are_no_links(client, customer):
    client.force_login(a_member(customer, Section.INVOICES))
    an_invoice(customer, order=an_order(customer, "10835"), order_number="10835")

    row = client.get(LIST).context["rows"][0]

    assert (row.order_number, row.order_href) == ("10835", "")


def test_an_order_that_nobody_knows_is_a_number_and_none_is_nothing(client, member, customer):
    an_invoice(customer, "with", order_number="99999", invoiced_on=date(2026, 11, 2))
    an_invoice(customer, "without", invoiced_on=date(2026, 11, 1))

    rows = client.get(LIST).context["rows"]

    assert [(row.order_number, row.order_href) for row in rows] == [("99999", ""), ("", "")]


def test_a_right_withdrawn_while_the_page_is_open_is_gone_at_once(client, member, customer):
    an_invoice(customer, "300412")
    page = client.get(LIST)
    membership.grant(
        user_id=member.pk, customer_id=customer.pk, sections=[Section.ORDERS], now=NOON
    )

    addresses = (
        LIST,
        "/invoices/export.csv",
        "/invoices/statement/",
        "/invoices/statement.csv",
        "/invoices/statement.pdf",
        page.context["rows"][0].href,
        page.context["rows"][0].papers,
    )
    responses = [client.get(address) for address in addresses]

    assert [response.status_code for response in responses] == [403] * len(addresses)
    assert not any(b"300412" in response.content for response in responses)


def test_the_head_adds_up_what_is_open_by_currency(client, member, customer):
    an_invoice(customer, open_amount="25.50")
    an_invoice(customer, due_on=TODAY - timedelta(days=3))
    an_invoice(customer, due_on=TODAY)
    an_invoice(customer, net="-10", vat="0")
    an_invoice(customer, open_amount="0")
    an_invoice(customer, net="100000", vat="0", currency="JPY")
    an_invoice(a_customer())

    response = client.get(LIST)
    in_euro, in_yen = response.context["totals"].by_currency

    assert (in_euro.currency, in_euro.to_pay, in_euro.overdue) == ("EUR", 276.50, 125.50)
    assert (in_euro.credit, in_euro.number, in_euro.days_overdue) == (10, 3, 3)
    assert (in_euro.next_due_on, in_euro.next_due) == (TODAY, 125.50)
    assert (in_yen.currency, in_yen.to_pay, in_yen.overdue) == ("JPY", 100000, 0)
    for told in ("276.50\xa0EUR", "125.50\xa0EUR", "10.00\xa0EUR", "100,000\xa0JPY"):
        assert told in text_of(response)


def test_currencies_that_differ_stand_in_every_row(client, member, customer):
    an_invoice(customer)
    an_invoice(customer, net="1000", vat="0", currency="JPY")

    page = text_of(client.get(LIST))

    assert "Amount EUR" not in page
    assert "125.50\xa0EUR</td>" in page
    assert "1,000\xa0JPY</td>" in page


def test_more_than_can_be_added_up_at_once_is_told(client, member, customer, monkeypatch):
    monkeypatch.setattr(totals, "MOST", 2)
    some_invoices(customer, 2)
    with_totals = text_of(client.get(LIST))
    an_invoice(customer)
    without = text_of(client.get(LIST))

    assert [
        ("251.00\xa0EUR" in page, "More is open" in page) for page in (with_totals, without)
    ] == [
        (True, False),
        (False, True),
    ]


def test_nothing_open_and_nothing_found_are_told_apart(client, member, customer):
    empty = text_of(client.get(LIST))
    an_invoice(customer)
    not_found = text_of(client.get(f"{LIST}?q=99999"))

    assert "No open invoices" in empty
    assert 'href="/invoices/?status=all"' in empty
    assert "Nothing is open." in empty
    assert "No invoice matches" in not_found


def test_papers_that_the_portal_does_not_print_have_to_be_on_file(client, member, customer):
    let_the_portal(printed_papers=[])
    with_paper = an_invoice(customer, "2", invoiced_on=date(2026, 11, 2))
    an_invoice_document(with_paper)
    an_invoice_document(an_invoice(customer, "1", invoiced_on=date(2026, 11, 1)), removed_at=NOON)

    response = client.get(LIST)

    assert [row.papers for row in response.context["rows"]] == ["/invoices/2.pdf", ""]
    assert text_of(response).count('aria-label="No documents available"') == 1


def test_the_fragment_for_htmx_is_the_very_part_of_the_page(
    client, member, customer, django_assert_max_num_queries
):
    some_invoices(customer, 12)
    address = f"{LIST}?status=all"

    page = client.get(address)
    with django_assert_max_num_queries(5):
        fragment = client.get(address, headers={"HX-Request": "true"})

    assert text_of(fragment).strip().startswith('<div id="results"')
    assert text_of(fragment).strip() in text_of(page)
    assert "HX-Request" in page["Vary"]


@pytest.mark.parametrize("rows", [1, 3, 12])
@pytest.mark.parametrize("query", ["", "?q=300", "?status=all&date_from=2026-01-01"])
@pytest.mark.parametrize("view", ["customer", "payer"])
def test_the_list_costs_at_most_six_queries(
    client, member, customer, rows, query, view, django_assert_max_num_queries
):
    let_the_portal(invoice_view=view)
    some_invoices(customer, rows)
    client.get(LIST)

    with django_assert_max_num_queries(6):
        assert len(client.get(f"{LIST}{query}").context["rows"]) == min(rows, 10)


def test_numbers_of_every_kind_lead_to_their_pages(client, member, customer):
    names = ["2026/15", "A B", "ä#1?", "100%", "x.pdf", "x" * 40, "'\"<b>"]
    for position, number in enumerate(names):
        an_invoice(customer, number, invoiced_on=TODAY - timedelta(days=position))

    rows = client.get(LIST).context["rows"]

    assert [row.number for row in rows] == names
    for row in rows:
        assert client.get(row.href).context["invoice"].number == row.number


def test_the_export_holds_every_row_of_the_filter_as_machines_read_it(client, member, customer):
    some_invoices(customer, 12)
    an_invoice(customer, "=1+1", net="1000", vat="0", currency="JPY", open_amount="0")

    page = client.get(f"{LIST}?status=all")
    everything = b"".join(client.get(page.context["export"])).decode()
    paid = b"".join(client.get("/invoices/export.csv?status=paid")).decode()

    assert everything.count("\r\n") == 14
    assert paid == (
        "\ufeffInvoice,Kind,Customer number,Customer,Order,PO / reference,Invoice date,Due date,"
        "Currency,Net,VAT,Total,Open\r\n"
        "'=1+1,invoice,10001,Alfreds Futterkiste,,,2026-11-16,2026-12-16,JPY,1000,0,1000,0\r\n"
    )


def test_the_list_speaks_the_readers_language(client, customer):
    client.force_login(a_member(customer, Section.INVOICES, language="de"))
    an_invoice(customer, invoiced_on=date(2026, 11, 19))

    assert client.get(LIST).context["rows"][0].invoiced == "19.11.2026"


def test_only_reading_is_possible(client, member):
    assert client.post(LIST).status_code == 405
    assert client.head(LIST).status_code == 200


def test_a_family_shows_the_customer_that_was_chosen(client):
    family = a_family()
    branch, head = a_customer(family=family), a_customer(family=family)
    client.force_login(a_member(head, Section.INVOICES, covers_family=True))
    an_invoice(branch, "of the branch")
    an_invoice(head, "of the head")
    client.post("/customers/", {"customer": branch.reference})

    assert numbers(client.get(LIST)) == ["of the branch"]
