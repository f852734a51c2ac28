"""What the portal knows of the active customer. Read from the ERP and changed there."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import customer_page
from accounts.services import company
from portal.lib.freshness import data_age


@require_safe
@customer_page()
def account(request):
    customer = request.customer
    currency = customer.currency or company.current().currency
    contact = [
        (_("Contact person"), customer.contact),
        (_("E-mail"), customer.email),
        (_("Phone"), customer.phone),
        (_("Business id"), customer.business_id),
        (_("VAT id"), customer.vat_id),
    ]
    return render(
        request,
        "accounts/customer/account.html",
        {
            "customer": customer,
            "contact": contact,
            "has_contact": any(value for _label, value in contact),
            "terms": [
                (_("Payment"), customer.payment_terms),
                (_("Delivery"), customer.delivery_terms),
                (_("Currency"), currency),
                (_("Invoices are paid by"), customer.payer),
            ],
            "address": customer.addresses.current().invoice().first(),
            "currency": currency,
            "is_admin": request.active.is_admin,
            "age": data_age("customers", "addresses"),
        },
    )


@require_safe
@customer_page()
def addresses(request):
    known = list(request.customer.addresses.current())
    return render(
        request,
        "accounts/customer/addresses.html",
        {
            "customer": request.customer,
            "invoice_addresses": [address for address in known if address.is_for_invoices],
            "other_addresses": [address for address in known if not address.is_for_invoices],
            "age": data_age("addresses"),
        },
    )
