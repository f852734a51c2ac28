"""The offers of a member's customers: read by who sees orders, answered by who may approve."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import origin
from accounts.documents import DocumentLine
from accounts.permissions import SAFE_METHODS, member_page, visible
from accounts.sections import Section
from accounts.services import selecting
from accounts.views.documents import open_document
from orders.models import Order
from orders.offer_history import history
from orders.services.offers import Decider
from orders.views.deciding import Place, offer_page
from portal.lib.dates import moment_text


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def offer(request, number):
    """One offer with its versions; a form of it takes the right to approve offers."""
    order, may_answer = _readable(request, number)
    person = request.user
    if request.method not in SAFE_METHODS:
        if person.acting is not None:
            raise PermissionDenied(_only_customers())
        # Says whom to ask for the right.
        visible(Order.objects.filter(pk=order.pk), user=person, section=Section.APPROVE_OFFERS)

    def decider(_name):
        return Decider(
            name=person.get_full_name() or person.email,
            email=person.email,
            user_id=person.pk,
            address=origin.address_of(request),
        )

    place = Place(
        layout="layouts/customer.html",
        here=reverse("customer:offer", args=[order.number]),
        paper_url=lambda version: _paper(order, version.number),
        decider=decider,
        asks_name=False,
        may_answer=may_answer,
        **({} if may_answer else _why_not(person, order.customer)),
        history=lambda kept: history(kept, names_staff=False),
        papers=lambda kept: _papers(kept, order),
        trail=_trail(person, order),
    )
    return offer_page(request, order.pk, place)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def offer_paper(request, number, version):
    """The paper of a version that was sent."""
    order, _may_answer = _readable(request, number)
    found = order.documents.filter(kind="offer", version=version, removed_at=None)
    document = found.select_related("file").first()
    if document is None:
        raise Http404
    here = (
        _("Offer %(number)s") % {"number": order.number},
        reverse("customer:offer", args=[order.number]),
    )
    return open_document(request, document, trail=[*_trail(request.user, order), here])


def _readable(request, number):
    """The order of the offer, and whether the person may answer it for the customer.

    Who may approve reads the offer too, whether the order's page is open to them or not. Staff who
    look as the customer read, and answer nothing in its name.
    """
    orders = Order.objects.filter(
        number=number, source="", removed_at=None, offer__live__isnull=False
    ).select_related("customer")
    person = request.user
    answered = orders.filter(customer__in=person.customers_with(Section.APPROVE_OFFERS)).first()
    if answered is not None:
        return answered, person.acting is None
    [order] = visible(orders, user=person, section=Section.ORDERS)
    return order, False


def _why_not(person, customer):
    if person.acting is not None:
        return {"no_answer": _only_customers()}
    return {
        "no_answer": _("To answer it takes the right “%(section)s”.")
        % {"section": Section.APPROVE_OFFERS.label},
        "admins": selecting.account_admins(customer=customer),
    }


def _only_customers():
    return _("Only people of the customer answer an offer; the office does not in their name.")


def _papers(kept, order):
    """The papers of the versions that were sent, the newest first."""
    sent = kept.versions.exclude(sent_at=None).order_by("-number")
    return [
        DocumentLine(
            title=_("Version %(version)s") % {"version": version.number},
            note=moment_text(version.sent_at),
            href=_paper(order, version.number),
        )
        for version in sent
    ]


def _paper(order, version):
    return reverse("customer:offer-paper", args=[order.number, version])


def _trail(person, order):
    """The way here, for who may open the pages on it."""
    if not person.customers_with(Section.ORDERS).filter(pk=order.customer_id).exists():
        return [(_("Home"), reverse("customer:home"))]
    return [
        (_("My orders"), reverse("customer:order-list")),
        (order.number, reverse("customer:order-page", args=[order.number])),
    ]
