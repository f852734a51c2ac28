"""Choosing the customer to work for."""

from http import HTTPStatus

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.filters import CustomerFilter
from accounts.forms import ChoiceForm
from accounts.permissions import make_active, member_page, wanted_page
from accounts.services import claiming, selecting
from portal.lib import lists
from portal.lib.paging import Ordering

ORDERINGS = {"number": Ordering(("number", "id"))}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def select(request):
    """The person's customers by number; the chosen one is active until another is, or sign-out."""
    if request.method == "POST":
        return _choose(request)
    listing = lists.read(
        request,
        CustomerFilter(request.GET, selecting.choices(user=request.user)),
        orderings=ORDERINGS,
        size=lists.CUSTOMER_ROWS,
    )
    return lists.respond(
        request,
        listing,
        page="accounts/customer/select.html",
        results="accounts/customer/_select_results.html",
        context={"has_found_orders": claiming.waits_for(request.user)},
    )


def _choose(request):
    form = ChoiceForm(request.POST)
    found = (
        selecting.named(user=request.user, value=form.cleaned_data["customer"])
        if form.is_valid()
        else []
    )
    if len(found) == 1:
        page = wanted_page(request)
        make_active(request, found[0])
        return redirect(page)
    return render(
        request,
        "accounts/customer/select_again.html",
        {"customers": found},
        status=HTTPStatus.CONFLICT if found else HTTPStatus.NOT_FOUND,
    )
