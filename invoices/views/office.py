"""All invoices and credit memos, for the office."""

from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from accounts.permissions import office_page
from invoices.filters import ORDERINGS, OfficeInvoiceFilter
from invoices.models import Invoice
from invoices.tables import EXPORT_HEADS, exported, invoice_rows
from portal.lib import csv, lists
from portal.lib.freshness import data_age


@require_safe
@office_page("invoices.view_invoice")
def invoice_list(request):
    listing = lists.read(
        request,
        OfficeInvoiceFilter(request.GET, Invoice.objects.all()),
        orderings=ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=lambda invoices: invoices.select_related("customer"),
    )
    return lists.respond(
        request,
        listing,
        page="invoices/office/invoice_list.html",
        results="invoices/office/_invoice_results.html",
        context={
            "rows": invoice_rows(listing.rows, today=timezone.localdate()),
            "export": listing.elsewhere(reverse("office:invoice-export")),
            "age": data_age("invoices", "settlements"),
        },
    )


@require_GET
@office_page("invoices.view_invoice")
def invoice_export(request):
    rows = OfficeInvoiceFilter(request.GET, Invoice.objects.select_related("customer"))
    return csv.download(
        name="invoices.csv",
        heads=EXPORT_HEADS,
        rows=exported(lists.every_row(request, rows, orderings=ORDERINGS)),
    )
