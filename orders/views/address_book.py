"""The address book of a customer: what members saved, and beside it what the ERP has, to read."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Address
from orders.filters import ADDRESS_ORDERINGS, REGISTER_ADDRESS_ORDERINGS, AddressFilter
from orders.forms.new_order import LabelForm
from orders.models import OrderDraft, SavedAddress
from orders.services import address_book, drafts
from orders.services.address_book import Book, place_of
from orders.views.filling import fill_stop
from orders.views.new_order import new_order_trail, ordering_page, own_draft
from portal.lib import lists


@require_safe
@ordering_page
def saved(request: Any) -> HttpResponse:
    """What members saved for the customer; any of them may rename and remove it."""
    return _listed(request, is_saved=True)


@require_safe
@ordering_page
def register(request: Any) -> HttpResponse:
    """What the ERP has."""
    return _listed(request, is_saved=False)


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def saved_for_stop(request: Any, draft_id: int, stop: int) -> HttpResponse:
    """The saved addresses, to fill one stop of a draft with one of them."""
    return _for_stop(request, draft_id, stop, is_saved=True)


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def register_for_stop(request: Any, draft_id: int, stop: int) -> HttpResponse:
    """The addresses of the ERP, to fill one stop of a draft with one of them."""
    return _for_stop(request, draft_id, stop, is_saved=False)


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def address(request: Any, address_id: int) -> HttpResponse:
    """Rename a saved address, or remove it."""
    found = get_object_or_404(SavedAddress, pk=address_id, customer=request.customer)
    if request.POST.get("do") == "remove":
        address_book.remove(address=found)
        messages.success(
            request, _("“%(name)s” is not in the address book any more.") % {"name": found.label}
        )
        return redirect("customer:address-book")
    form = LabelForm(
        request.POST if request.method == "POST" else None, initial={"label": found.label}
    )
    if request.method == "POST" and form.is_valid():
        address_book.rename(address=found, label=form.cleaned_data["label"])
        messages.success(request, _("The address is saved."))
        return redirect("customer:address-book")
    trail = [*new_order_trail(), (_("Address book"), reverse("customer:address-book"))]
    return render(
        request,
        "orders/customer/address.html",
        {"form": form, "address": place_of(found), "trail": trail},
    )


def _for_stop(request: Any, draft_id: int, stop: int, *, is_saved: bool) -> HttpResponse:
    draft = own_draft(request, draft_id)
    stops = draft.typed.get("stops", ())
    if draft.is_sent or not 0 < stop <= len(stops):
        raise Http404
    if request.method != "POST":
        return _listed(request, is_saved=is_saved, draft=draft, stop=stop)
    book = Book(request.customer.pk, request.user.pk)
    found = book.find(request.POST.get("address", ""))
    if found is None:
        messages.warning(request, _("Choose an address first."))
        return redirect(request.path)
    try:
        drafts.save(
            draft_id=draft.pk,
            revision=draft.revision,
            typed=fill_stop(request, draft.typed, stop, found),
            language=draft.language,
            order_type_id=draft.order_type_id,
            now=timezone.now(),
        )
    except (drafts.Changed, drafts.AlreadySent) as refusal:
        messages.warning(request, str(refusal.user_message))
    return redirect(f"{reverse('customer:order-form')}?draft={draft.pk}#stops-{stop}")


def _listed(
    request: Any, *, is_saved: bool, draft: OrderDraft | None = None, stop: int = 0
) -> HttpResponse:
    """A page of the addresses; with a draft, each is a button that fills its stop."""
    if is_saved:
        rows: Any = SavedAddress.objects.filter(customer=request.customer)
        orderings = ADDRESS_ORDERINGS
    else:
        rows = Address.objects.filter(customer=request.customer, removed_at=None)
        orderings = REGISTER_ADDRESS_ORDERINGS
    listing = lists.read(
        request,
        AddressFilter(request.GET, rows),
        orderings=orderings,
        size=lists.CUSTOMER_ROWS,
    )
    where = "address-book" if draft is None else "stop-addresses"
    args = [] if draft is None else [draft.pk, stop]
    return lists.respond(
        request,
        listing,
        page="orders/customer/address_book.html",
        results="orders/customer/_address_results.html",
        context={
            "rows": [(row.pk, place_of(row)) for row in listing.rows],
            "is_saved": is_saved,
            "stop": stop,
            "saved_url": reverse(f"customer:{where}", args=args),
            "register_url": reverse(f"customer:{where}-register", args=args),
            "back": f"{reverse('customer:order-form')}?draft={draft.pk}" if draft else "",
            "customer": request.customer,
            "trail": new_order_trail(),
        },
    )
