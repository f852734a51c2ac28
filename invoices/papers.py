"""Invoices, credit memos and statements as plain values, ready to be laid out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from invoices.ageing import Ageing, OpenItem, age
from invoices.models import Invoice, InvoiceLine
from portal.lib.money import round_amount
from portal.lib.papers import Letterhead, PaperLine, Party, Totals, fingerprint, totals

__all__ = [
    "EarlyPayment",
    "InvoicePaper",
    "StatementGroup",
    "StatementPaper",
    "StatementRow",
    "StatementSection",
    "invoice_fingerprint",
    "invoice_paper",
    "statement_fingerprint",
    "statement_paper",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlyPayment:
    """What is to pay when it is paid by a day, after the discount."""

    percent: Decimal
    until: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoicePaper:
    """An invoice as issued, or a credit memo with what it credits as positive amounts.

    Nothing on it changes when it is paid.
    """

    letterhead: Letterhead
    recipient: Party
    customer: Party
    language: str
    is_draft: bool = False
    number: str
    is_credit_memo: bool
    issued_on: date
    due_on: date
    corrects: str = ""
    corrects_of: date | None = None
    order_number: str = ""
    delivery_number: str = ""
    delivered_on: date | None = None
    customer_reference: str = ""
    payment_reference: str = ""
    payment_terms: str = ""
    lines: tuple[PaperLine, ...]
    totals: Totals
    discount: EarlyPayment | None = None

    @property
    def has_discounts(self) -> bool:
        return any(line.discount_percent for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    item: OpenItem
    days_overdue: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementGroup:
    """The open items of one customer in one currency."""

    customer: Party
    rows: tuple[StatementRow, ...]
    total: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementSection:
    currency: str
    ageing: Ageing
    groups: tuple[StatementGroup, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementPaper:
    """What was open on a day: of one customer, or of several of a family."""

    letterhead: Letterhead
    recipient: Party
    customer: Party
    language: str
    is_draft: bool = False
    issued_on: date
    as_of: date
    names_customers: bool = False
    family: str = ""
    sections: tuple[StatementSection, ...]


def invoice_paper(
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    *,
    letterhead: Letterhead,
    recipient: Party,
    customer: Party,
    language: str,
    delivered_on: date | None = None,
    is_draft: bool = False,
) -> InvoicePaper:
    sign = -1 if invoice.is_credit_memo else 1
    rows = tuple(_paper_line(line, sign) for line in lines)
    corrects = invoice.corrects
    return InvoicePaper(
        letterhead=letterhead,
        recipient=recipient,
        customer=customer,
        language=language,
        is_draft=is_draft,
        number=invoice.number,
        is_credit_memo=invoice.is_credit_memo,
        issued_on=invoice.invoiced_on,
        due_on=invoice.due_on,
        corrects=corrects.number if corrects else "",
        corrects_of=corrects.invoiced_on if corrects else None,
        order_number=invoice.order_number,
        delivery_number=invoice.delivery_number,
        delivered_on=delivered_on,
        customer_reference=invoice.customer_reference,
        payment_reference=invoice.payment_reference,
        payment_terms=invoice.payment_terms,
        lines=rows,
        totals=totals(
            rows,
            currency=invoice.currency,
            net_amount=sign * invoice.net_amount,
            vat_amount=sign * invoice.vat_amount,
            gross_amount=sign * invoice.gross_amount,
        ),
        discount=_early_payment(invoice),
    )


def statement_paper(
    items: Iterable[OpenItem],
    *,
    letterhead: Letterhead,
    recipient: Party,
    customer: Party,
    language: str,
    issued_on: date,
    as_of: date,
    names_customers: bool = False,
    family: str = "",
) -> StatementPaper:
    """The items by currency and customer, each in the given order."""
    ordered = sorted(items, key=lambda item: (item.currency, item.customer_number))
    ageing = age(ordered, on=as_of)
    return StatementPaper(
        letterhead=letterhead,
        recipient=recipient,
        customer=customer,
        language=language,
        issued_on=issued_on,
        as_of=as_of,
        names_customers=names_customers,
        family=family,
        sections=tuple(
            StatementSection(
                currency=currency,
                ageing=ageing[currency],
                groups=tuple(_groups(of_currency, as_of)),
            )
            for currency, of_currency in groupby(ordered, key=lambda item: item.currency)
        ),
    )


def invoice_fingerprint(invoice: Invoice, lines: Iterable[InvoiceLine]) -> str:
    """Equal as long as the ERP has not changed what was invoiced.

    Payments, addresses and the company's letterhead do not count. Another list of fields here
    would make a new version of every paper that is opened again.
    """
    return fingerprint(
        [
            invoice.number,
            invoice.kind,
            invoice.invoiced_on,
            invoice.due_on,
            invoice.currency,
            invoice.net_amount,
            invoice.vat_amount,
            invoice.gross_amount,
            invoice.discount_until,
            invoice.discount_percent,
            invoice.payment_reference,
            invoice.customer_reference,
            *(
                [
                    line.position,
                    line.product_number,
                    line.description,
                    line.quantity,
                    line.unit,
                    line.unit_price,
                    line.discount_percent,
                    line.vat_rate,
                    line.vat_category,
                    line.net_amount,
                ]
                for line in lines
            ),
        ]
    )


def statement_fingerprint(items: Sequence[OpenItem]) -> str:
    """Equal as long as the same is open."""
    return fingerprint(
        [
            [
                item.number,
                item.kind,
                item.customer_number,
                item.due_on,
                item.currency,
                item.gross_amount,
                item.open_amount,
            ]
            for item in items
        ]
    )


def _paper_line(line: InvoiceLine, sign: int) -> PaperLine:
    return PaperLine(
        position=line.position,
        product_number=line.product_number,
        description=line.description,
        quantity=sign * line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        vat_rate=line.vat_rate,
        vat_category=line.vat_category,
        net_amount=sign * line.net_amount,
    )


def _early_payment(invoice: Invoice) -> EarlyPayment | None:
    if invoice.is_credit_memo or invoice.discount_until is None or not invoice.discount_percent:
        return None
    amount = invoice.gross_amount * (100 - invoice.discount_percent) / 100
    return EarlyPayment(
        percent=invoice.discount_percent,
        until=invoice.discount_until,
        amount=round_amount(amount, invoice.currency),
    )


def _groups(items: Iterable[OpenItem], as_of: date) -> Iterable[StatementGroup]:
    for number, of_customer in groupby(items, key=lambda item: item.customer_number):
        theirs = tuple(of_customer)
        yield StatementGroup(
            customer=Party(name=theirs[0].customer_name, number=number),
            rows=tuple(
                StatementRow(item=item, days_overdue=item.days_overdue(as_of)) for item in theirs
            ),
            total=sum((item.open_amount for item in theirs), Decimal(0)),
        )
