"""The rows of the invoice lists and of their exports, written once in the reader's language."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from invoices.ageing import OpenItem
from invoices.models import Invoice, InvoiceDocument
from invoices.services import papers
from portal.lib.addresses import address
from portal.lib.dates import day_text
from portal.lib.money import amount_text, money_text, round_amount

__all__ = [
    "CURRENCY_HEAD",
    "EXPORT_HEADS",
    "STATEMENT_HEADS",
    "InvoiceRow",
    "columns",
    "columns_with_customer",
    "exported",
    "invoice_rows",
    "one_currency",
    "stated",
]

_COLUMNS = (
    "number",
    "kind",
    "customer",
    "order",
    "order_number",
    "customer_reference",
    "invoiced_on",
    "due_on",
    "currency",
    "gross_amount",
    "open_amount",
    "removed_at",
)
EXPORT_HEADS = (
    "Invoice",
    "Kind",
    "Customer number",
    "Customer",
    "Order",
    "PO / reference",
    "Invoice date",
    "Due date",
    "Currency",
    "Net",
    "VAT",
    "Total",
    "Open",
)
STATEMENT_HEADS = (
    "Invoice number",
    "Order number",
    "PO number",
    "Customer",
    "Invoice date",
    "Due date",
    "Amount",
    "Open amount",
)
# The last column of a statement that is not in the company's currency alone.
CURRENCY_HEAD = "Currency"


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice as a list shows it. `order_href` and `papers` are empty where nothing opens.

    A credit memo has no day to be paid by, so its `due` is empty. The amounts name their currency
    where the head of the table does not.
    """

    key: str
    choose_label: str
    number: str
    href: str
    is_credit_memo: bool
    is_removed: bool
    order_number: str
    order_href: str
    customer_number: str
    customer_name: str
    reference: str
    invoiced_day: str
    invoiced: str
    due_day: str
    due: str
    gross: str
    open: str
    is_open: bool
    status: str
    mark: str
    papers: str
    papers_label: str


def columns(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with what a row needs, but for their customers."""
    return invoices.only(*_COLUMNS)


def columns_with_customer(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The same for invoices of many customers."""
    return invoices.select_related("customer").only(*_COLUMNS, "customer__number", "customer__name")


def invoice_rows(
    invoices: Sequence[Invoice],
    *,
    audience: str,
    today: date,
    currency: str,
    opens_order: Callable[[Invoice], bool],
) -> list[InvoiceRow]:
    """The rows of a page of invoices, `customer` at hand; `opens_order` says whose order opens.

    `currency` is that of all of them, or nothing.
    """
    amount = amount_text if currency else money_text
    href = address(f"{audience}:invoice-page")
    order_href = address(f"{audience}:order-page")
    papers_href = address(f"{audience}:invoice-papers")
    papers_label = _("Documents of invoice %(number)s, opens in a new tab")
    choose_label = _("Choose invoice %(number)s")
    have_papers = _with_papers(invoices)
    rows = []
    for invoice in invoices:
        status, mark = invoice.status_on(today)
        rows.append(
            InvoiceRow(
                key=str(invoice.pk),
                choose_label=choose_label % {"number": invoice.number},
                number=invoice.number,
                href=href(invoice.number),
                is_credit_memo=invoice.is_credit_memo,
                is_removed=invoice.is_removed,
                order_number=invoice.order_number,
                order_href=order_href(invoice.order_number)
                if invoice.order_id and invoice.order_number and opens_order(invoice)
                else "",
                customer_number=invoice.customer.number,
                customer_name=invoice.customer.name,
                reference=invoice.customer_reference,
                invoiced_day=invoice.invoiced_on.isoformat(),
                invoiced=day_text(invoice.invoiced_on),
                due_day=invoice.due_on.isoformat(),
                due="" if invoice.is_credit_memo else day_text(invoice.due_on),
                gross=amount(invoice.gross_amount, invoice.currency),
                open=amount(invoice.open_amount, invoice.currency),
                is_open=bool(invoice.open_amount),
                status=status,
                mark=mark,
                papers=papers_href(invoice.number) if invoice.pk in have_papers else "",
                papers_label=papers_label % {"number": invoice.number},
            )
        )
    return rows


def one_currency(invoices: Iterable[Invoice]) -> str:
    """The currency of all invoices, which a head can name for them; empty where they differ."""
    currencies = {invoice.currency for invoice in invoices}
    return currencies.pop() if len(currencies) == 1 else ""


def exported(invoices: Iterable[Invoice]) -> Iterator[tuple[Any, ...]]:
    """The rows of an export, in the order of EXPORT_HEADS; `customer` has to be at hand."""
    for invoice in invoices:
        currency = invoice.currency
        yield (
            invoice.number,
            invoice.kind,
            invoice.customer.number,
            invoice.customer.name,
            invoice.order_number,
            invoice.customer_reference,
            invoice.invoiced_on,
            invoice.due_on,
            currency,
            round_amount(invoice.net_amount, currency),
            round_amount(invoice.vat_amount, currency),
            round_amount(invoice.gross_amount, currency),
            round_amount(invoice.open_amount, currency),
        )


def stated(items: Iterable[OpenItem], *, names_currency: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement, in the order of STATEMENT_HEADS and CURRENCY_HEAD if it is named."""
    for item in items:
        row = (
            item.number,
            item.order_number,
            item.customer_reference,
            item.customer_number,
            item.invoiced_on,
            item.due_on,
            round_amount(item.gross_amount, item.currency),
            round_amount(item.open_amount, item.currency),
        )
        yield (*row, item.currency) if names_currency else row


def _with_papers(invoices: Sequence[Invoice]) -> set[int]:
    """Those of the invoices that have a paper, or get one printed when it is asked for."""
    printed = {invoice.pk for invoice in invoices if papers.may_print(invoice)}
    others = [invoice.pk for invoice in invoices if invoice.pk not in printed]
    if not others:
        return printed
    kept = InvoiceDocument.objects.filter(invoice__in=others, removed_at=None)
    return printed | set(kept.values_list("invoice_id", flat=True))
