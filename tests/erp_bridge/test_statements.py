"""Statements are what the ERP's own ledger says, computed here from it once more.

The portal takes what is open now and undoes what was settled since; here every invoice is settled
line by line up to the day. Both have to come to the same, for today and for a day long past.
"""

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Customer
from accounts.sections import Section
from erp_bridge.ports import Feed
from invoices.models import Invoice, Statement
from invoices.services import statements
from invoices.tables import stated
from portal.lib.csv import cell as csv_cell
from tests.builders.accounts import a_member
from tests.erp_bridge.chaos import connect_to
from tests.erp_bridge.equality import listed
from tests.erp_bridge.erps import a_demo_erp
from tests.erp_bridge.scripted import read

PAST = date(2026, 1, 31)
TICKS = 12


@pytest.mark.django_db
def test_csv_and_ageing_of_customers_and_families_are_the_ledgers(client, tmp_path):
    with a_demo_erp(tmp_path) as demo:
        erp, connector = connect_to(demo)
        assert read(erp, connector, clock=timezone.now)
        demo.tick(TICKS)
        assert read(erp, connector, clock=timezone.now)
        books = Books(connector)
    compared = {books.last_day: 0, PAST: 0}

    with time_machine.travel(datetime.combine(books.last_day, time(10), tzinfo=UTC), tick=False):
        for on in compared:
            for customer in Customer.objects.order_by("pk"):
                assert stated_of(customer, on) == books.open_on(on, {customer.number})
                compared[on] += len(books.open_on(on, {customer.number}))
            # What people see, of the customers and families that owe most.
            *_, second, first = sorted(
                Customer.objects.all(), key=lambda each: len(books.open_on(on, {each.number}))
            )
            for customer in (first, second):
                assert shown(client, customer, on) == books.open_on(on, {customer.number})
            for head, numbers in families():
                assert shown(client, head, on, family=True) == books.open_on(on, numbers)
            head, numbers = max(families(), key=lambda pair: len(books.open_on(on, pair[1])))
            assert printed_ageing(client, first, on) == books.ageing(on, {first.number})
            assert printed_ageing(client, head, on, family=True) == books.ageing(on, numbers)

    assert min(compared.values()) > 50


class Books:
    """The ERP's invoices and settlements, by themselves."""

    def __init__(self, connector):
        self.number_of = {
            key: record.number for key, record in listed(connector, Feed.CUSTOMERS).items()
        }
        self.invoices = list(listed(connector, Feed.INVOICES).values())
        self.settled = {}
        for line in listed(connector, Feed.SETTLEMENTS).values():
            self.settled.setdefault(line.invoice_id, []).append((line.settled_on, line.amount))
        # The demo moves on by the clock of the machine that the test runs on.
        self.last_day = max(
            *(invoice.invoiced_on for invoice in self.invoices),
            *(on for lines in self.settled.values() for on, _amount in lines),
        )

    def open_on(self, day, customer_numbers):
        """The rows of a statement: what of each invoice was not settled at the end of the day."""
        rows = []
        for invoice in self.invoices:
            customer = self.number_of[invoice.customer_id]
            if customer not in customer_numbers or invoice.invoiced_on > day:
                continue
            lines = self.settled.get(invoice.remote_id, [])
            left = invoice.gross_amount - sum(amount for on, amount in lines if on <= day)
            if left:
                rows.append(
                    [
                        invoice.number,
                        invoice.order_number,
                        invoice.customer_reference,
                        customer,
                        invoice.invoiced_on.isoformat(),
                        invoice.due_on.isoformat(),
                        f"{invoice.gross_amount:.2f}",
                        f"{left:.2f}",
                    ]
                )
        return sorted(rows)

    def ageing(self, day, customer_numbers):
        """Not due, up to 30, 60 and 90 days late, later; credit; all of it."""
        sums = [Decimal(0)] * 6
        for row in self.open_on(day, customer_numbers):
            left = Decimal(row[7])
            late = (day - date.fromisoformat(row[5])).days
            place = 5 if left < 0 else (0, 1, 2, 3, 4)[sum(late > n for n in (0, 30, 60, 90))]
            sums[place] += left
        return [f"{amount:,.2f}" for amount in (*sums, sum(sums))]


def families():
    """For each family of several customers its first one, and the numbers of all of them."""
    by_family = {}
    for customer in Customer.objects.exclude(family=None).order_by("number"):
        by_family.setdefault(customer.family_id, []).append(customer)
    return [
        (members[0], {each.number for each in members})
        for members in by_family.values()
        if len(members) > 1
    ]


def ask(client, customer, on, kind, *, family=False):
    member = a_member(customer, Section.INVOICES, covers_family=family, language="en")
    client.force_login(member)
    client.post("/customers/", {"customer": customer.reference})
    return client.get(
        f"/invoices/statement.{kind}",
        {"on": on.isoformat()} | ({"for": "family"} if family else {}),
    )


def stated_of(customer, on):
    """The rows of the customer's statement, in the order of their numbers."""
    items = statements.open_items(
        Invoice.objects.opened_by([customer]), on=on, today=timezone.localdate()
    )
    rows = stated(items, names_currency=False)
    return sorted([csv_cell(value) for value in row] for row in rows)


def shown(client, customer, on, **whose):
    """What the person's CSV says, in the order of its numbers."""
    response = ask(client, customer, on, "csv", **whose)
    heads, *rows = csv.reader(io.StringIO(b"".join(response).decode()))
    assert heads == [
        "\ufeffInvoice number",
        *("Order number", "PO number", "Customer", "Invoice date", "Due date", "Amount"),
        "Open amount",
    ]
    return sorted(rows)


def printed_ageing(client, customer, on, **whose):
    """The figures of the ageing on the paper that the person gets."""
    Customer.objects.filter(pk=customer.pk).update(language="en")
    ask(client, customer, on, "pdf", **whose)
    statements.print_wanted(clock=timezone.now)
    with Statement.objects.order_by("-pk")[0].file.content.open("rb") as file:
        text = PdfReader(io.BytesIO(file.read())).pages[0].extract_text()
    figures = text.partition("Credit to use Open\n")[2].partition("\n")[0]
    return figures.replace("\N{MINUS SIGN}", "-").split()
