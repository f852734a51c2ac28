"""What invoices, credit memos and statements say, in the current language."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from invoices.papers import (
    EarlyPayment,
    InvoicePaper,
    StatementGroup,
    StatementPaper,
    StatementRow,
    StatementSection,
)
from portal.lib.figures import amount, day, money, percent
from portal.lib.papers import in_groups
from portal.lib.sheets import (
    Box,
    Buckets,
    Cell,
    Column,
    Entry,
    Fact,
    Heading,
    Lines,
    Part,
    Sheet,
    Text,
    account_facts,
    fact,
    goods,
    sheet,
    sums,
)

__all__ = ["invoice_sheet", "statement_sheet"]


def invoice_sheet(paper: InvoicePaper) -> Sheet:
    """An invoice with how to pay it, or a credit memo, which asks for nothing."""
    customer = paper.customer
    is_memo = paper.is_credit_memo
    title = _("Credit memo %(number)s") if is_memo else _("Invoice %(number)s")
    currency = paper.totals.currency
    return sheet(
        paper,
        title=title % {"number": paper.number},
        subheading=day(paper.issued_on),
        facts=[
            fact(
                _("Customer"),
                customer.number
                if customer.name == paper.recipient.name
                else f"{customer.number}, {customer.name}",
            ),
            fact(_("Corrects invoice"), _with_day(paper.corrects, paper.corrects_of)),
            fact(_("Order"), paper.order_number),
            fact(_("Your reference"), paper.customer_reference),
            fact(_("Delivery"), _with_day(paper.delivery_number, paper.delivered_on)),
            fact(_("Your VAT id"), paper.recipient.vat_id),
            None if is_memo else fact(_("Payment terms"), paper.payment_terms),
            None if is_memo else fact(_("Due date"), day(paper.due_on), is_strong=True),
        ],
        parts=[
            goods(paper.lines, currency=currency, with_discounts=paper.has_discounts),
            sums(
                paper.totals,
                label=_("Credited") if is_memo else _("To pay"),
                discount=_early(paper.discount, currency) if paper.discount else None,
            ),
            None if is_memo else _how_to_pay(paper),
        ],
    )


def statement_sheet(paper: StatementPaper) -> Sheet:
    open_on = _("Open invoices on %(day)s") % {"day": day(paper.as_of)}
    parts: list[Part | None] = []
    for section in paper.sections:
        parts += _section(section, names_customers=paper.names_customers)
    if not paper.sections:
        parts.append(Text(lines=(_("Nothing is open."),)))
    elif paper.letterhead.bank:
        parts.append(
            Box(
                heading=_("How to pay"),
                left=account_facts(paper.letterhead.bank, with_name=False),
                note=_(
                    "Please use each invoice's own reference. Payments that reached us after this "
                    "day are not taken into account."
                ),
            )
        )
    return sheet(
        paper,
        title=_("Statement %(number)s") % {"number": paper.customer.number},
        heading=_("Statement"),
        subheading=open_on,
        facts=[
            fact(_("Customer"), paper.customer.number),
            fact(_("Family"), paper.family),
            None if paper.issued_on == paper.as_of else fact(_("Printed"), day(paper.issued_on)),
            *_in_all(paper),
        ],
        parts=parts,
    )


def _in_all(paper: StatementPaper) -> Iterator[Fact | None]:
    for section in paper.sections:
        total = money(section.ageing.total, section.currency)
        yield fact(_("Open in total"), total, is_strong=True)
    for section in paper.sections:
        if section.ageing.overdue:
            yield fact(_("Of that overdue"), money(section.ageing.overdue, section.currency))


def _section(section: StatementSection, *, names_customers: bool) -> Iterator[Part]:
    """The ageing and the open items of one currency."""
    ageing = section.ageing
    buckets = {
        _("Not due"): ageing.not_due,
        _("1 to 30 days late"): ageing.to_30_days,
        _("31 to 60"): ageing.to_60_days,
        _("61 to 90"): ageing.to_90_days,
        _("Over 90"): ageing.over_90_days,
        _("Credit to use"): ageing.credit,
        _("Open"): ageing.total,
    }
    yield Heading(text=section.currency)
    yield Buckets(
        heads=tuple(buckets),
        texts=tuple(amount(value, section.currency) for value in buckets.values()),
    )
    for group in section.groups:
        yield _open_items(group, section.currency, names_customer=names_customers)


def _open_items(group: StatementGroup, currency: str, *, names_customer: bool) -> Lines:
    customer = group.customer
    return Lines(
        group=f"{customer.name}, {customer.number}" if names_customer else "",
        columns=(
            Column(head=_("Invoice"), kind="word"),
            Column(head=_("Order"), kind="word"),
            Column(head=_("Your reference"), kind="text"),
            Column(head=_("Date"), kind="word"),
            Column(head=_("Due date"), kind="word"),
            Column(head=_("Days late"), kind="figure"),
            Column(head=_("Amount"), kind="figure"),
            Column(head=_("Open"), kind="figure"),
        ),
        rows=tuple(_open_item(row, currency) for row in group.rows),
        total=Entry(label=_("Open in total"), text=amount(group.total, currency)),
    )


def _open_item(row: StatementRow, currency: str) -> tuple[Cell, ...]:
    item = row.item
    return (
        (item.number, _("Credit memo")) if item.is_credit_memo else item.number,
        item.order_number,
        item.customer_reference,
        day(item.invoiced_on),
        day(item.due_on),
        str(row.days_overdue) if row.days_overdue else "",
        amount(item.gross_amount, currency),
        amount(item.open_amount, currency),
    )


def _how_to_pay(paper: InvoicePaper) -> Box | None:
    bank = paper.letterhead.bank
    if bank is None:
        return None
    reference = (
        fact(_("Reference"), in_groups(paper.payment_reference), is_strong=True)
        if paper.payment_reference
        else fact(_("Message"), paper.number)
    )
    facts = (
        reference,
        fact(_("Due date"), day(paper.due_on)),
        fact(_("To pay"), money(paper.totals.gross_amount, paper.totals.currency)),
    )
    return Box(
        heading=_("How to pay"),
        left=account_facts(bank, with_name=True),
        right=tuple(each for each in facts if each),
    )


def _early(discount: EarlyPayment, currency: str) -> Entry:
    said = {"percent": percent(discount.percent), "until": day(discount.until)}
    return Entry(
        label=_("Less %(percent)s if paid by %(until)s") % said,
        text=money(discount.amount, currency),
    )


def _with_day(number: str, on: date | None) -> str:
    return f"{number}, {day(on)}" if number and on else number
