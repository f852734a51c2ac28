"""The page of one invoice: what it is for, what is left of it, how to pay, its order and papers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import member_page, office_page, visible
from accounts.sections import Section
from accounts.services import company, sending
from invoices.documents import SOURCE, document_lines, documents_of
from invoices.models import Invoice, opener
from invoices.states import VatCategory
from orders.documents import deliveries_of
from orders.models import Order
from portal.lib.freshness import data_age
from portal.lib.money import round_amount
from portal.lib.papers import in_groups, totals


@dataclass(frozen=True, slots=True)
class Discount:
    """What is left to pay by a day, after the early payment discount."""

    percent: Decimal
    until: date
    saved: Decimal
    to_pay: Decimal


@require_safe
@member_page
def customer_invoice(request, number):
    invoices = Invoice.objects.filter(number=number, removed_at=None)
    found = visible(
        invoices.select_related("customer", "payer", "corrects"),
        user=request.user,
        section=Section.INVOICES,
        by=opener(),
    )
    return _invoice_page(
        request,
        found,
        audience="customer",
        trail=[(_("My invoices"), reverse("customer:invoice-list"))],
        orders=Order.objects.visible_to(request.user),
        invoices=Invoice.objects.visible_to(request.user),
        emails=True,
    )


@require_safe
@office_page("invoices.view_invoice")
def office_invoice(request, number):
    invoices = Invoice.objects.filter(number=number)
    found = list(invoices.select_related("customer", "payer", "corrects"))
    if not found:
        raise Http404
    return _invoice_page(
        request,
        found,
        audience="office",
        trail=[(_("Invoices"), reverse("office:invoice-list"))],
        orders=Order.objects.all()
        if request.user.has_perm("orders.view_order")
        else Order.objects.none(),
        invoices=Invoice.objects.all(),
        emails=request.user.has_perm("invoices.change_invoice"),
    )


def _invoice_page(request, found, *, audience, trail, orders, invoices, emails):
    """The invoice; where its number was given to several, the page that asks which.

    `orders` and `invoices` are those that the person may open from here; `emails` says whether it
    may have the invoice's documents sent.
    """
    today = timezone.localdate()
    wanted = request.GET.get("id", "")
    meant = [invoice for invoice in found if str(invoice.pk) == wanted] or found
    if len(meant) > 1:
        meant.sort(key=lambda invoice: (invoice.invoiced_on, invoice.pk), reverse=True)
        context = {
            "number": meant[0].number,
            "rows": [(invoice, *invoice.status_on(today)) for invoice in meant],
            "trail": trail,
        }
        return render(request, f"invoices/{audience}/which_invoice.html", context)
    [invoice] = meant
    order = orders.filter(pk=invoice.order_id).first() if invoice.order_id else None
    lines = list(invoice.lines.order_by("position"))
    status, mark = invoice.status_on(today)
    sums = totals(
        lines,
        currency=invoice.currency,
        net_amount=invoice.net_amount,
        vat_amount=invoice.vat_amount,
        gross_amount=invoice.gross_amount,
    )
    categories = dict(VatCategory.choices)
    settlements = _settlements(invoice, invoices)
    settled = sum((settlement.amount for settlement, _other in settlements), Decimal(0))
    return render(
        request,
        f"invoices/{audience}/invoice.html",
        {
            "invoice": invoice,
            "opened_by": getattr(invoice, opener()),
            "status": status,
            "mark": mark,
            "audience": audience,
            "trail": trail,
            "lines": lines,
            # A category that nobody here knows is shown as the ERP wrote it.
            "vats": [(row, categories.get(row.category, row.category)) for row in sums.vat_rows],
            "vat_notes": sums.notes,
            "settlements": settlements,
            "settled": invoice.gross_amount - invoice.open_amount,
            # What the ledger lines at hand do not explain, such as those from before the portal.
            "unexplained": invoice.gross_amount - invoice.open_amount - settled,
            "discount": _discount(invoice, today),
            "payment": _payment(invoice),
            "credit_memos": invoices.filter(corrects=invoice).order_by("invoiced_on", "pk"),
            "corrects": invoices.filter(pk=invoice.corrects_id).first(),
            "order": order,
            "deliveries": _deliveries(invoice, order),
            "documents": document_lines(invoice, documents_of(invoice), audience=audience),
            "emails": emails,
            "sent": sending.history(
                sources=[SOURCE.code], object_id=invoice.pk, names_staff=audience == "office"
            ),
            "age": data_age("invoices", "settlements"),
        },
    )


def _settlements(invoice, invoices):
    """What reduced the invoice, oldest first, each with the other side of a credit if it opens."""
    settlements = list(
        invoice.settlements.filter(removed_at=None)
        .select_related("credit_memo")
        .order_by("settled_on", "pk")
    )
    if invoice.is_credit_memo:
        uses = invoices.filter(
            settlements__credit_memo=invoice, settlements__removed_at=None
        ).distinct()
        others = {use.number: use for use in uses}
        return [(each, others.get(each.reference)) for each in settlements]
    memos = [each.credit_memo_id for each in settlements if each.credit_memo_id]
    opened = set(invoices.filter(pk__in=memos).values_list("pk", flat=True)) if memos else set()
    return [
        (each, each.credit_memo if each.credit_memo_id in opened else None) for each in settlements
    ]


def _deliveries(invoice, order):
    """The delivery that was invoiced; all of the order where the ERP names none of them."""
    if order is None:
        return []
    deliveries = deliveries_of([order])
    return [each for each in deliveries if each.number == invoice.delivery_number] or deliveries


def _discount(invoice, today):
    if (
        invoice.is_credit_memo
        or not invoice.open_amount
        or not invoice.discount_percent
        or invoice.discount_until is None
        or invoice.discount_until < today
    ):
        return None
    saved = round_amount(invoice.open_amount * invoice.discount_percent / 100, invoice.currency)
    return Discount(
        invoice.discount_percent, invoice.discount_until, saved, invoice.open_amount - saved
    )


def _payment(invoice):
    """Where to pay what is open, as pairs of label and value; none where nothing is to be paid."""
    if invoice.is_credit_memo or not invoice.open_amount:
        return []
    seller = company.current()
    pairs = [(_("Reference"), in_groups(invoice.payment_reference))]
    if not invoice.payment_reference:
        pairs = [(_("Message"), invoice.number)]
    if seller.iban:
        pairs = [
            (_("Receiver"), seller.legal_name or seller.name),
            (_("Bank"), seller.bank_name),
            ("IBAN", in_groups(seller.iban)),
            ("BIC", seller.bic),
            *pairs,
        ]
    return pairs
