"""Papers with as many rows as a test wants, made from rows that are not saved."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils import translation

from invoices.ageing import OpenItem
from invoices.models import Invoice, InvoiceLine
from invoices.papers import invoice_paper, statement_paper
from invoices.sheets import invoice_sheet, statement_sheet
from orders.models import Delivery, Order, OrderLine, Shipment
from orders.papers import confirmation_paper, delivery_note_paper
from orders.sheets import confirmation_sheet, delivery_note_sheet
from portal.lib.money import round_amount
from portal.lib.papers import BankAccount, Letterhead, Party, address_lines
from portal.lib.pdf import render_pdf

NOON = datetime(2026, 11, 16, 10, tzinfo=UTC)
TODAY = date(2026, 11, 16)
GOODS = ("Chai", "Road freight Berlin to Graz, 8 pallets", "Röd Kaviar", "Łódź-Žďár Čokoláda")

SHEETS = {
    "confirmation": confirmation_sheet,
    "delivery_note": delivery_note_sheet,
    "invoice": invoice_sheet,
    "credit_memo": invoice_sheet,
    "statement": statement_sheet,
}


def printed(kind, paper):
    """The paper as PDF, in its language."""
    with translation.override(paper.language):
        return render_pdf(SHEETS[kind](paper))


def a_letterhead(**fields):
    fields = {
        "name": "Northwind Freight",
        "legal_name": "Northwind Freight Oy",
        "lines": ("Satamakatu 4", "00160 Helsinki"),
        "business_id": "2876540-0",
        "vat_id": "FI28765400",
        "email": "office@northwind-freight.example",
        "phone": "+358 9 555 0100",
        "website": "northwind-freight.example",
        "bank": BankAccount(
            receiver="Northwind Freight Oy",
            iban="FI2112345600000785",
            bic="NDEAFIHH",
            bank="Nordea",
        ),
    } | fields
    return Letterhead(**fields)


def a_party(language="en", **fields):
    fields = {
        "name": "Alfreds Futterkiste",
        "lines": (
            "Maria Anders",
            *address_lines(
                street="Obere Str. 57",
                postal_code="12209",
                city="Berlin",
                country="DE",
                home="FI",
                language=language,
            ),
        ),
        "number": "10001",
        "vat_id": "DE136695976",
    } | fields
    return Party(**fields)


def a_paper_of(kind, rows=1, **fields):
    return {
        "confirmation": a_confirmation,
        "delivery_note": a_delivery_note,
        "invoice": an_invoice_paper,
        "credit_memo": a_credit_memo_paper,
        "statement": a_statement_paper,
    }[kind](rows, **fields)


def an_invoice_paper(rows=1, *, currency="EUR", language="en", sign=1, **fields):
    lines = [_line(InvoiceLine, position, currency, sign) for position in range(1, rows + 1)]
    fields = {
        "number": "300412",
        "kind": "invoice",
        "invoiced_on": TODAY,
        "due_on": TODAY + timedelta(days=30),
        "order_number": "10835",
        "delivery_number": "80835-1",
        "customer_reference": "4500-2180",
        "payment_reference": "RF20300412",
        "payment_terms": "30 days net",
    } | fields
    invoice = Invoice(currency=currency, **_sums(lines, currency), **fields)
    return invoice_paper(invoice, lines, **_people(language))


def a_credit_memo_paper(rows=1, **fields):
    corrected = Invoice(number="300400", invoiced_on=TODAY)
    fields = {"number": "390012", "kind": "credit_memo", "corrects": corrected} | fields
    return an_invoice_paper(rows, sign=-1, **fields)


def a_confirmation(rows=1, *, language="en", **fields):
    lines = [_line(OrderLine, position, "EUR") for position in range(1, rows + 1)]
    fields = {
        "number": "10952",
        "ordered_at": NOON,
        "requested_on": date(2026, 11, 23),
        "customer_reference": "4500-2247",
        "delivery_method": "Road, tail lift",
        "note": "Call before delivery.",
    } | fields
    return confirmation_paper(
        Order(currency="EUR", **_sums(lines, "EUR"), **fields),
        lines,
        ship_to=a_party(language, name="Ernst Handel"),
        payment_terms="30 days net",
        issued_on=TODAY,
        **_people(language),
    )


def a_delivery_note(rows=1, *, language="en"):
    return delivery_note_paper(
        Delivery(number="80952-1", departed_at=NOON),
        [_line(OrderLine, position, "EUR") for position in range(1, rows + 1)],
        [
            Shipment(
                number="60001",
                forwarding_agent="Speedy Express",
                tracking_number="SE00340012",
                packages=6,
                package_type="EUR pallets",
                net_weight=Decimal("1204.500"),
                gross_weight=Decimal("1248.000"),
                volume=Decimal("5.760"),
            )
        ],
        order=Order(number="10952", customer_reference="4500-2247"),
        issued_on=TODAY,
        **_people(language),
    )


def a_statement_paper(rows=1, *, language="en", items=None, **fields):
    items = [_item(number) for number in range(1, rows + 1)] if items is None else items
    fields = {"issued_on": TODAY, "as_of": TODAY} | fields
    return statement_paper(items, **_people(language), **fields)


def an_item(**fields):
    fields = {
        "number": "300001",
        "kind": "invoice",
        "customer_number": "10001",
        "customer_name": "Alfreds Futterkiste",
        "invoiced_on": TODAY - timedelta(days=30),
        "due_on": TODAY,
        "currency": "EUR",
        "gross_amount": Decimal(100),
        "open_amount": Decimal(100),
    } | fields
    return OpenItem(**fields)


def _item(number):
    invoiced_on = TODAY - timedelta(days=number * 7 % 150)
    amount = Decimal(number * 137 % 2000 + 35)
    return an_item(
        number=f"{300000 + number}",
        order_number=f"{10800 + number}",
        customer_reference=f"4500-{number}",
        invoiced_on=invoiced_on,
        due_on=invoiced_on + timedelta(days=30),
        gross_amount=amount,
        open_amount=amount,
    )


def _line(table, position, currency, sign=1):
    quantity = sign * Decimal(position * 7 % 40 + 1)
    price = Decimal(position * 13 % 90 + 1)
    discount = Decimal(10 if position % 5 == 0 else 0)
    return table(
        position=position,
        product_number=f"P-{1000 + position}",
        description=GOODS[position % len(GOODS)],
        quantity=quantity,
        unit="pcs",
        unit_price=price,
        discount_percent=discount,
        vat_rate=Decimal("25.5"),
        net_amount=round_amount(quantity * price * (100 - discount) / 100, currency),
    )


def _sums(lines, currency):
    net = sum((line.net_amount for line in lines), Decimal(0))
    vat = round_amount(net * Decimal("0.255"), currency)
    return {"net_amount": net, "vat_amount": vat, "gross_amount": net + vat}


def _people(language):
    return {
        "letterhead": a_letterhead(),
        "recipient": a_party(language),
        "customer": a_party(language),
        "language": language,
    }
