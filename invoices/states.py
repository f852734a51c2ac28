"""How an invoice stands, written here and nowhere else.

Only amounts are stored. `standing` derives the word from them and from the day, so that nothing has
to be rewritten at midnight when an invoice falls due.
"""

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

__all__ = [
    "MARKS",
    "InvoiceGroup",
    "InvoiceKind",
    "SettlementKind",
    "Standing",
    "VatCategory",
    "days_overdue",
    "shown_as",
    "standing",
]


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    CREDIT_MEMO = "credit_memo", _("Credit memo")


class InvoiceGroup(models.TextChoices):
    """What people filter invoices by. Open: something is left to pay, or to use."""

    ALL = "all", pgettext_lazy("invoices", "All")
    OPEN = "open", pgettext_lazy("invoices", "Open")
    PAID = "paid", pgettext_lazy("invoices", "Paid")


class SettlementKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt")
    CREDIT = "credit", _("Credit")
    WRITE_OFF = "write_off", _("Write-off")
    REFUND = "refund", _("Refund")


class VatCategory(models.TextChoices):
    """The categories that ERPs use most, by their codes in UNCL 5305."""

    STANDARD = "S", pgettext_lazy("VAT", "Taxed")
    ZERO = "Z", pgettext_lazy("VAT", "Zero rate")
    REVERSE_CHARGE = "AE", pgettext_lazy("VAT", "Reverse charge")
    INTRA_COMMUNITY = "K", pgettext_lazy("VAT", "Intra-Community supply")
    EXPORT = "G", pgettext_lazy("VAT", "Export")
    EXEMPT = "E", pgettext_lazy("VAT", "Exempt")
    OUTSIDE = "O", pgettext_lazy("VAT", "Outside the scope")


class Standing(models.TextChoices):
    OPEN = "open", _("Open")
    PARTLY_PAID = "partly_paid", _("Partly paid")
    OVERDUE = "overdue", _("Overdue")
    PAID = "paid", _("Paid")
    CREDIT_TO_USE = "credit_to_use", _("Credit to use")
    CREDIT_USED = "credit_used", _("Credit used")


# The kind of the status mark (shape and colour) for each standing.
MARKS = {
    Standing.OPEN: "wait",
    Standing.PARTLY_PAID: "go",
    Standing.OVERDUE: "stop",
    Standing.PAID: "done",
    Standing.CREDIT_TO_USE: "wait",
    Standing.CREDIT_USED: "off",
}


def standing(
    *, kind: str, gross_amount: Decimal, open_amount: Decimal, due_on: date, today: date
) -> Standing:
    """Where an invoice stands on a day. It is overdue from the day after its due date."""
    if kind == InvoiceKind.CREDIT_MEMO:
        return Standing.CREDIT_TO_USE if open_amount else Standing.CREDIT_USED
    if not open_amount:
        return Standing.PAID
    if due_on < today:
        return Standing.OVERDUE
    return Standing.PARTLY_PAID if open_amount != gross_amount else Standing.OPEN


def days_overdue(*, due_on: date, today: date) -> int:
    """Days since the due date; 0 on it and before."""
    return max((today - due_on).days, 0)


def shown_as(stands: Standing, *, due_on: date, today: date) -> str:
    """The word people see; of what is overdue they also see for how long."""
    if stands != Standing.OVERDUE:
        return str(stands.label)
    days = days_overdue(due_on=due_on, today=today)
    return ngettext("Overdue %(days)s day", "Overdue %(days)s days", days) % {"days": days}
