"""All invoices and credit memos, for the office; the invoice page, with orders, is in portal."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import office_page
from accounts.views.documents import open_document
from accounts.views.sending import bulk_actions, chosen, nothing_chosen
from invoices.filters import ORDERINGS, OfficeInvoiceFilter
from invoices.models import Invoice, InvoiceDocument
from invoices.tables import (
    EXPORT_HEADS,
    columns_with_customer,
    exported,
    invoice_rows,
    one_currency,
)
from invoices.views.documents import email_papers, open_papers
from portal.lib import csv, lists
from portal.lib.freshness import data_age

AUDIENCE = "office"


@require_safe
@office_page("invoices.view_invoice")
def invoice_list(request):
    listing = lists.read(
        request,
        OfficeInvoiceFilter(request.GET, Invoice.objects.of_everybody()),
        orderings=ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=columns_with_customer,
    )
    may_see_orders = request.user.has_perm("orders.view_order")
    currency = one_currency(listing.rows)
    rows = invoice_rows(
        listing.rows,
        audience=AUDIENCE,
        currency=currency,
        today=timezone.localdate(),
        opens_order=lambda _invoice: may_see_orders,
    )
    return lists.respond(
        request,
        listing,
        page="invoices/office/invoice_list.html",
        results="invoices/office/_invoice_results.html",
        context={
            "rows": rows,
            "currency": currency,
            "bulk_actions": bulk_actions()
            if request.user.has_perm("invoices.change_invoice")
            else [],
            "export": listing.elsewhere(reverse("office:invoice-export")),
            "age": data_age("invoices", "settlements"),
        },
    )


@require_safe
@office_page("invoices.view_invoice")
def invoice_export(request):
    invoices = Invoice.objects.of_everybody().select_related("customer")
    rows = OfficeInvoiceFilter(request.GET, invoices)
    return csv.download(
        name="invoices.csv",
        heads=EXPORT_HEADS,
        rows=exported(lists.every_row(request, rows, orderings=ORDERINGS)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("invoices.change_invoice")
def invoice_email(request):
    """Sends the papers of the chosen invoices, to whom the person says."""
    keys = chosen(request)
    if not keys:
        return nothing_chosen(request, "office:invoice-list")
    invoices = list(Invoice.objects.filter(pk__in=keys).select_related("customer", "payer"))
    if not invoices:
        raise Http404
    return email_papers(request, invoices, is_office=True, audience=AUDIENCE, trail=_trail())


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("invoices.view_invoice")
def invoice_papers(request, number):
    """The paper of an invoice, the ERP's or one that the portal prints."""
    invoices = list(Invoice.objects.filter(number=number))
    if not invoices:
        raise Http404
    return open_papers(
        request,
        invoices,
        audience=AUDIENCE,
        trail=_trail(number),
        heading=_("Documents of invoice %(number)s") % {"number": number},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("invoices.view_invoice")
def invoice_document(request, number, document_id):
    document = get_object_or_404(
        InvoiceDocument.objects.select_related("file"), pk=document_id, invoice__number=number
    )
    return open_document(request, document, trail=_trail(number))


def _trail(*numbers):
    trail = [(_("Invoices"), reverse("office:invoice-list"))]
    return trail + [(number, reverse("office:invoice-page", args=[number])) for number in numbers]
