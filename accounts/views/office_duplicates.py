"""Customers that may be one: the office compares each pair, merges it or says that it is none."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.filters import DUPLICATE_ORDERINGS, DuplicateFilter
from accounts.models import Customer, Membership, PossibleDuplicate
from accounts.permissions import office_page
from accounts.services import duplicates, merging
from portal.lib import lists

VIEW, CHANGE = "accounts.view_customer", "accounts.change_customer"
GIVE_RIGHTS = "accounts.change_membership"
# So many people and addresses of each are compared.
SHOWN = 20


@require_safe
@office_page(VIEW)
def duplicate_list(request):
    """Pairs that were found, those first that nobody has said anything about."""
    listing = lists.read(
        request,
        DuplicateFilter(request.GET, PossibleDuplicate.objects.all()),
        orderings=DUPLICATE_ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=lambda pairs: pairs.select_related("newcomer", "other"),
    )
    return lists.respond(
        request,
        listing,
        page="accounts/office/duplicates.html",
        results="accounts/office/_duplicate_results.html",
        context={"trail": _trail()},
    )


@require_safe
@office_page(VIEW)
def duplicate(request, pair_id):
    """Both customers side by side."""
    pair = get_object_or_404(
        PossibleDuplicate.objects.select_related("newcomer", "other", "dismissed_by"), pk=pair_id
    )
    newcomer, other = pair.newcomer, pair.other
    ways = [
        (away, survivor)
        for away, survivor in ((newcomer, other), (other, newcomer))
        if not merging.objection_to(away=away, survivor=survivor)
    ]
    return render(
        request,
        "accounts/office/duplicate.html",
        {
            "pair": pair,
            "sides": [_side(newcomer), _side(other)],
            "ways": ways,
            "may_change": request.user.has_perm(CHANGE),
            "trail": _trail(is_deeper=True),
        },
    )


@require_POST
@office_page(CHANGE)
def duplicate_dismiss(request, pair_id):
    """The two are different companies; the pair is not found again."""
    get_object_or_404(PossibleDuplicate, pk=pair_id)
    duplicates.dismiss(pair_id=pair_id, user_id=request.user.pk, now=timezone.now())
    messages.success(request, _("Noted: these are two companies."))
    return redirect("office:customer-duplicates")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def merge(request, customer_id, into_id):
    """What goes along, and the question; by POST the customer is merged, for good."""
    found = Customer.objects.in_bulk([customer_id, into_id])
    if len(found) < 2:
        raise Http404
    away, survivor = found[customer_id], found[into_id]
    people = list(Membership.objects.filter(customer=away).select_related("user")[:SHOWN])
    refusal = merging.objection_to(away=away, survivor=survivor)
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            survivor = merging.merge(
                away_id=away.pk,
                survivor_id=survivor.pk,
                user_id=request.user.pk,
                may_give_rights=request.user.has_perm(GIVE_RIGHTS),
                now=timezone.now(),
            )
        except merging.GivesRights as objection:
            raise PermissionDenied(str(objection.user_message)) from objection
        except merging.CannotMerge as objection:
            refusal, status = str(objection.user_message), HTTPStatus.CONFLICT
        else:
            messages.success(
                request,
                _("%(away)s is now %(survivor)s.") % {"away": away, "survivor": survivor},
            )
            return redirect("office:customer-page", customer_id=survivor.pk)
    return render(
        request,
        "accounts/office/merge.html",
        {
            "away": away,
            "survivor": survivor,
            "goes_along": merging.goes_along(away=away, survivor=survivor),
            "stays_behind": merging.stays_behind(away=away, survivor=survivor),
            "people": people,
            "may_give_rights": request.user.has_perm(GIVE_RIGHTS),
            "refusal": refusal,
            "trail": _trail(is_deeper=True),
        },
        status=status,
    )


def _side(customer):
    addresses = list(customer.addresses.current()[:SHOWN])
    people = Membership.objects.filter(customer=customer).select_related("user").order_by("pk")
    return {
        "customer": customer,
        "facts": [
            (_("Business id"), customer.business_id),
            (_("VAT id"), customer.vat_id),
            (_("Contact person"), customer.contact),
            (_("E-mail"), customer.email),
            (_("Phone"), customer.phone),
        ],
        "addresses": addresses,
        "people": list(people[:SHOWN]),
        "has": merging.has(customer),
    }


def _trail(*, is_deeper=False):
    trail = [(_("Customers"), reverse("office:customer-list"))]
    if is_deeper:
        trail.append((_("Possible duplicates"), reverse("office:customer-duplicates")))
    return trail
