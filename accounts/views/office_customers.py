"""The register of customers, as the office reads it, and what the office keeps about each."""

from babel import Locale
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.filters import REGISTER_ORDERINGS, RegisterFilter
from accounts.models import Customer, MailPassword, Membership
from accounts.office_forms import MailPasswordForm, RecipientForm
from accounts.permissions import office_page
from accounts.sections import rights_in_words, section_labels
from accounts.services import (
    account_settings,
    company,
    document_recipients,
    duplicates,
    mail_passwords,
)
from portal.lib import lists
from portal.lib.errors import DomainError
from portal.lib.forms import number_of
from portal.lib.freshness import data_age

VIEW, CHANGE = "accounts.view_customer", "accounts.change_customer"
# So many members and relatives are shown on a customer's page; lists find the others.
SHOWN = 50


@require_safe
@office_page(VIEW)
def customer_list(request):
    """Every customer of the ERP by number or name; those in the register first of all."""
    restricted = account_settings.current().restricted_groups
    register = RegisterFilter(request.GET, Customer.objects.all())
    listing = lists.read(
        request,
        register,
        orderings=REGISTER_ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=_shown,
    )
    return lists.respond(
        request,
        listing,
        page="accounts/office/customers.html",
        results="accounts/office/_customer_results.html",
        context={
            "restricted": restricted,
            "age": data_age("customers"),
            "merged": register.merged,
        },
    )


@require_safe
@office_page(VIEW)
def customer_page(request, customer_id):
    """One customer: what the ERP says of it, who its people are, what the office has set."""
    customer = get_object_or_404(
        Customer.objects.select_related("family", "payer", "merge"), pk=customer_id
    )
    if hasattr(customer, "merge"):
        messages.info(request, _("%(customer)s was merged into this one.") % {"customer": customer})
        return redirect("office:customer-page", customer_id=customer.merge.survivor_id)
    held = list(
        Membership.objects.reaching(customer)
        .select_related("user", "customer")
        .order_by("user__last_name", "user__first_name", "pk")[: SHOWN + 1]
    )
    family = _family(customer)
    return render(
        request,
        "accounts/office/customer.html",
        {
            "customer": customer,
            "currency": customer.currency or company.current().currency,
            "restricted": account_settings.current().restricted_groups,
            "contact": [
                (_("Contact person"), customer.contact),
                (_("E-mail"), customer.email),
                (_("Phone"), customer.phone),
                (_("Language"), _language(customer.language)),
                (_("Business id"), customer.business_id),
                (_("VAT id"), customer.vat_id),
            ],
            "terms": [
                (_("Payment"), customer.payment_terms),
                (_("Delivery"), customer.delivery_terms),
                (_("Currency"), customer.currency),
                (_("Invoices are paid by"), customer.payer),
            ],
            "members": [(each, section_labels(each.sections)) for each in held[:SHOWN]],
            "invited": [
                (each, rights_in_words(each.sections, is_admin=each.is_admin))
                for each in customer.invitations.unanswered().order_by("email")[:SHOWN]
            ],
            "all_members": _search("office:user-list", customer) if len(held) > SHOWN else "",
            "family": family[:SHOWN],
            "addresses": list(customer.addresses.current()[:SHOWN]),
            "recipients": document_recipients.of(customer_id=customer.pk),
            "mail_password": MailPassword.objects.filter(customer=customer).first(),
            "links": _links(request, customer),
            "duplicates": [] if customer.source else list(duplicates.of(customer)[:SHOWN]),
            "may_change": request.user.has_perm(CHANGE),
            "may_see_users": request.user.has_perm("accounts.view_user"),
            "may_give_rights": request.user.has_perm("accounts.change_membership"),
            "age": data_age("customers", "addresses"),
            "trail": _trail(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def mail_password(request, customer_id):
    """Set the word that opens the customer's secure mail, another one, or none."""
    customer = get_object_or_404(Customer, pk=customer_id)
    if request.method == "POST" and "remove" in request.POST:
        mail_passwords.clear(customer_id=customer.pk, now=timezone.now())
        messages.success(request, _("The e-mail password is removed."))
        return redirect("office:customer-page", customer_id=customer.pk)
    form = MailPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        mail_passwords.keep(
            customer_id=customer.pk,
            password=form.cleaned_data["password"],
            now=timezone.now(),
        )
        messages.success(request, _("The e-mail password is set."))
        return redirect("office:customer-page", customer_id=customer.pk)
    return render(
        request,
        "accounts/office/mail_password.html",
        {
            "customer": customer,
            "form": form,
            "kept": MailPassword.objects.filter(customer=customer).first(),
            "trail": _trail(customer),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def recipients(request, customer_id):
    """Which addresses get which papers of the customer besides its own people."""
    customer = get_object_or_404(Customer, pk=customer_id)
    if request.method == "POST" and "remove" in request.POST:
        return _remove_recipient(request, customer)
    known = dict(settings.LANGUAGES)
    language = customer.language if customer.language in known else company.current().language
    form = RecipientForm(
        request.POST if request.method == "POST" else None, initial={"language": language}
    )
    if request.method == "POST" and form.is_valid():
        try:
            document_recipients.add(
                customer_id=customer.pk, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal.user_message))
        else:
            messages.success(
                request, _("%(email)s gets the papers.") % {"email": form.cleaned_data["email"]}
            )
            return redirect("office:customer-recipients", customer_id=customer.pk)
    return render(
        request,
        "accounts/office/recipients.html",
        {
            "customer": customer,
            "form": form,
            "recipients": document_recipients.of(customer_id=customer.pk),
            "trail": _trail(customer),
        },
    )


def _shown(customers):
    held = Membership.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    count = Subquery(held.annotate(number=Count("pk")).values("number"))
    return customers.select_related("family").annotate(members=Coalesce(count, 0))


def _remove_recipient(request, customer):
    removed = document_recipients.remove(
        customer_id=customer.pk,
        recipient_id=number_of(request.POST["remove"]),
        now=timezone.now(),
    )
    if removed is None:
        messages.info(request, _("That recipient is gone already."))
    else:
        messages.success(
            request, _("%(email)s gets these papers no more.") % {"email": removed.email}
        )
    return redirect("office:customer-recipients", customer_id=customer.pk)


def _language(code):
    """The language of a code of the ERP in the reader's language; an unknown code stays."""
    return Locale.parse(translation.get_language() or "en").languages.get(code, code)


def _family(customer):
    """The other customers with the same statistics id, by number; one more than are shown."""
    if customer.family_id is None:
        return []
    others = Customer.objects.filter(family=customer.family_id).exclude(pk=customer.pk)
    return list(others.order_by("number", "pk")[: SHOWN + 1])


def _links(request, customer):
    """The lists of what there is about the customer, of those that the person may open."""
    lists_of = [
        (_("Orders"), "office:order-list", "package", "orders.view_order"),
        (_("Invoices"), "office:invoice-list", "receipt-text", "invoices.view_invoice"),
        (_("Messages"), "office:message-list", "mail", "accounts.view_outgoingmessage"),
        (_("Audit"), "office:audit", "history", "accounts.view_auditentry"),
    ]
    return [
        (label, _search(route, customer), icon)
        for label, route, icon, permission in lists_of
        if request.user.has_perm(permission)
    ]


def _search(route, customer):
    return f"{reverse(route)}?{urlencode({'customer': customer.number})}"


def _trail(customer=None):
    trail = [(_("Customers"), reverse("office:customer-list"))]
    if customer is not None:
        trail.append((customer.number, reverse("office:customer-page", args=[customer.pk])))
    return trail
