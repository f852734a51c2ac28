"""Who changed what: all of it for the office, a customer's own for its account admins."""

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit_kinds
from accounts.audit_texts import told
from accounts.filters import AUDIT_ORDERINGS, AuditFilter, CustomerAuditFilter
from accounts.models import AuditEntry
from accounts.permissions import customer_page, office_page
from accounts.services import company
from portal.lib import lists


@require_safe
@office_page("accounts.view_auditentry")
def office_audit(request):
    listing = lists.read(
        request,
        AuditFilter(request.GET, AuditEntry.objects.select_related("customer", "as_customer")),
        orderings=AUDIT_ORDERINGS,
        size=lists.OFFICE_ROWS,
    )
    return lists.respond(
        request,
        listing,
        page="accounts/office/audit.html",
        results="accounts/office/_audit_results.html",
        context={"rows": told(listing.rows)},
    )


@require_safe
@customer_page()
def customer_changes(request):
    """What was changed at the active customer. Of the office its account admins read the name of
    the company alone."""
    if not request.active.is_admin:
        raise PermissionDenied
    kinds = [kind.code for kind in audit_kinds.known_to_customers()]
    entries = AuditEntry.objects.filter(customer=request.customer, kind__in=kinds)
    listing = lists.read(
        request,
        CustomerAuditFilter(request.GET, entries),
        orderings=AUDIT_ORDERINGS,
        size=lists.CUSTOMER_ROWS,
    )
    return lists.respond(
        request,
        listing,
        page="accounts/customer/changes.html",
        results="accounts/customer/_changes_results.html",
        context={
            "customer": request.customer,
            "rows": told(listing.rows, office_name=company.current().name),
            "trail": [(_("My account"), reverse("customer:account"))],
        },
    )
