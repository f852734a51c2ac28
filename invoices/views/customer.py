"""What members see of their customers' invoices; the invoice page, with orders, is in portal."""

from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import PaperKind
from accounts.permissions import customer_page, member_page, visible
from accounts.sections import Section
from accounts.services.papers import NotPrinted, is_printed
from accounts.views.documents import open_document
from accounts.views.sending import bulk_actions, chosen, nothing_chosen
from invoices.filters import ORDERINGS, InvoiceFilter
from invoices.forms import CUSTOMER, StatementForm
from invoices.models import Invoice, InvoiceDocument, opener
from invoices.services import statements
from invoices.services.totals import totals_of
from invoices.tables import (
    CURRENCY_HEAD,
    EXPORT_HEADS,
    STATEMENT_HEADS,
    columns,
    columns_with_customer,
    exported,
    invoice_rows,
    one_currency,
    stated,
)
from invoices.views.documents import email_papers, open_papers
from portal.lib import csv, lists
from portal.lib.freshness import data_age

AUDIENCE = "customer"


@require_safe
@customer_page(Section.INVOICES)
def invoice_list(request):
    today = timezone.localdate()
    invoices = Invoice.objects.of_active(request.active)
    totals: Any = SimpleLazyObject(lambda: totals_of(invoices, today=today))
    is_by_customer = opener() == "customer"
    listing = lists.read(
        request,
        InvoiceFilter(request.GET, invoices, totals=totals),
        orderings=ORDERINGS,
        size=lists.CUSTOMER_ROWS,
        shown=columns if is_by_customer else columns_with_customer,
    )
    if is_by_customer:
        for invoice in listing.rows:
            invoice.customer = request.customer
    may_see_orders = Section.ORDERS in request.active.sections
    currency = one_currency(listing.rows)
    rows = invoice_rows(
        listing.rows,
        audience=AUDIENCE,
        currency=currency,
        today=today,
        opens_order=lambda invoice: may_see_orders and invoice.customer_id == request.customer.pk,
    )
    return lists.respond(
        request,
        listing,
        page="invoices/customer/invoice_list.html",
        results="invoices/customer/_invoice_results.html",
        context={
            "rows": rows,
            "currency": currency,
            "totals": totals,
            "bulk_actions": bulk_actions(),
            "export": listing.elsewhere(reverse("customer:invoice-export")),
            "age": data_age("invoices", "settlements"),
        },
    )


@require_safe
@customer_page(Section.INVOICES)
def invoice_export(request):
    invoices = Invoice.objects.of_active(request.active).select_related("customer")
    return csv.download(
        name="invoices.csv",
        heads=EXPORT_HEADS,
        rows=exported(
            lists.every_row(request, InvoiceFilter(request.GET, invoices), orderings=ORDERINGS)
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def invoice_email(request):
    """Sends the papers of the chosen invoices, to whom the person says."""
    keys = chosen(request)
    if not keys:
        return nothing_chosen(request, "customer:invoice-list")
    return email_papers(
        request,
        _visible_invoices(request, pk__in=keys),
        is_office=False,
        audience=AUDIENCE,
        trail=_trail(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def invoice_papers(request, number):
    """The paper of an invoice, the ERP's or one that the portal prints."""
    return open_papers(
        request,
        _visible_invoices(request, number=number),
        audience=AUDIENCE,
        trail=_trail(number),
        heading=_("Documents of invoice %(number)s") % {"number": number},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def invoice_document(request, number, document_id):
    document = get_object_or_404(
        InvoiceDocument.objects.select_related("file"),
        pk=document_id,
        invoice__in=_visible_invoices(request, number=number),
        removed_at=None,
    )
    return open_document(request, document, trail=_trail(number))


@require_safe
@customer_page(Section.INVOICES)
def statement(request):
    """Where a statement is chosen: the day, whose invoices, CSV or PDF."""
    form, _customers = _chosen_statement(request)
    return _statement_page(request, form)


@require_safe
@customer_page(Section.INVOICES)
def statement_csv(request):
    form, customers = _chosen_statement(request)
    if not form.is_valid():
        return _statement_page(request, form)
    on = form.cleaned_data["on"]
    invoices = Invoice.objects.opened_by(customers)
    names_currency = statements.is_foreign(invoices, on=on, today=form.today)
    items = statements.open_items(invoices, on=on, today=form.today)
    return csv.download(
        name=f"statement-{request.customer.number}-{on.isoformat()}.csv",
        heads=(*STATEMENT_HEADS, CURRENCY_HEAD) if names_currency else STATEMENT_HEADS,
        rows=stated(items, names_currency=names_currency),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(Section.INVOICES)
def statement_pdf(request):
    """The statement as a paper, which is printed when it is first asked for."""
    form, customers = _chosen_statement(request)
    if not form.is_valid():
        return _statement_page(request, form)
    try:
        document = statements.want_statement(
            requested_by=request.user,
            customer_id=request.customer.pk,
            customer_ids=[customer.pk for customer in customers],
            as_of=form.cleaned_data["on"],
            now=timezone.now(),
        )
    except (NotPrinted, statements.TooLong) as refusal:
        form.add_error(None, refusal.user_message)
        return _statement_page(request, form)
    trail = [*_trail(), (_("Statement"), reverse("customer:statement"))]
    return open_document(request, document, trail=trail)


def _chosen_statement(request):
    """The checked form, and the customers it is about."""
    active = request.customer
    family = []
    if active.family_id is not None:
        family = list(
            request.user.customers_with(Section.INVOICES)
            .filter(family=active.family_id)
            .order_by("number", "pk")
        )
    form = StatementForm(
        {"for": CUSTOMER} | request.GET.dict(),
        today=timezone.localdate(),
        has_family=len(family) > 1,
    )
    return form, family if form.is_valid() and form.is_for_family else [active]


def _statement_page(request, form):
    invoices = Invoice.objects.of_active(request.active)
    return render(
        request,
        "invoices/customer/statement.html",
        {
            "form": form,
            "prints": is_printed(PaperKind.STATEMENT),
            "totals": totals_of(invoices, today=form.today),
            "trail": _trail(),
            "here": _("Statement"),
        },
        status=HTTPStatus.OK if form.is_valid() else HTTPStatus.BAD_REQUEST,
    )


def _visible_invoices(request, **which):
    invoices = Invoice.objects.filter(removed_at=None, **which)
    invoices = invoices.select_related("customer", "payer")
    return visible(invoices, user=request.user, section=Section.INVOICES, by=opener())


def _trail(*numbers):
    """The way to a paper: the list, and the invoice where there is one."""
    trail = [(_("My invoices"), reverse("customer:invoice-list"))]
    trail += [(number, reverse("customer:invoice-page", args=[number])) for number in numbers]
    return trail
