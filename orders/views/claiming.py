"""Bringing along what somebody ordered before having an account.

The link in a mail proves the address it was sent to; it shows by GET and acts by POST. Whoever asks
for such a mail from an order's page reads the same whatever the address has here. A person who is
signed in with a proven address finds the orders by it.
"""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import origin
from accounts.colleague_forms import JoinForm
from accounts.messaging import Recipient
from accounts.models import PrivateLink, User
from accounts.permissions import make_active, own_page
from accounts.sections import Section
from accounts.services import claiming, inviting, throttling
from accounts.views.entering import enter
from accounts.views.private import private_address
from accounts.views.waiting import wait_text
from orders.models import Order, OrderRequest
from orders.purposes import OWN_ORDER

# So many are listed; the rest comes along all the same.
SHOWN = 20


def claim_link(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """What the link in a mail to a guest opens: the orders, and the way to have them.

    Whoever has no password sets one, others sign in; a second step is asked for as ever.
    """
    person = User.objects.filter(email=link.email).first()
    objection = claiming.objection_to(email=link.email, user=person)
    if objection is not None:
        return _page(request, link, objection=objection, status=HTTPStatus.CONFLICT)
    is_own = person is not None and request.user.pk == person.pk
    if request.user.is_authenticated and not is_own:
        if "sign_out" in request.POST:
            logout(request)
            return redirect(request.path)
        status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
        return _page(request, link, is_other=True, status=status)
    # Who works for a customer already is asked there whether the orders belong to it.
    chooses = person is not None and is_own and person.customers_with(Section.PLACE_ORDERS).exists()
    if chooses or (not is_own and not inviting.needs_password(person)):
        if request.method != "POST":
            return _page(request, link, signs_in=not is_own, chooses=chooses)
        claiming.prove_by_link(token=token, now=timezone.now())
        if chooses:
            return redirect("customer:orders-found")
        return redirect_to_login(reverse("customer:orders-found"), reverse("account_login"))

    form = None if is_own else JoinForm(request.POST or None, person=person or _guest(link))
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return _page(request, link, form=form)
    try:
        user, customers = claiming.claim_by_link(
            token=token,
            signed_in_id=request.user.pk,
            **(form.cleaned_data if form is not None else {}),
            language=translation.get_language(),
            now=timezone.now(),
        )
    except claiming.CannotClaim as refusal:
        return _page(request, link, objection=refusal, status=HTTPStatus.CONFLICT)
    if is_own:
        return _on(request, customers)
    messages.success(request, _("Welcome. Your password is set, and your orders are here."))
    return enter(request, user, method="claim")


@require_POST
@private_address(OWN_ORDER)
def ask(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """Mail a link to the address that the order came with; the page itself proves nothing."""
    sent = OrderRequest.objects.filter(pk=link.data["order"], sent_by=None).first()
    if sent is None:
        raise Http404
    now = timezone.now()
    back = redirect("private-link", token=token)
    try:
        claiming.throttle(email=sent.contact_email, address=origin.address_of(request), now=now)
    except throttling.TooManyTries as refusal:
        messages.warning(request, wait_text(refusal.until, now))
        return back
    claiming.send_link(
        to=Recipient(email=sent.contact_email, name=sent.contact_name, language=sent.language),
        customer_id=link.customer_id,
        now=now,
    )
    messages.success(
        request,
        _(
            "We have written to the address that the order was sent with. Open the link in the"
            " mail."
        ),
    )
    return back


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def found(request):
    """Orders sent with the person's own proven address before there was an account, to be taken.

    Who orders for the active customer may ask on the way that the office puts them under it.
    """
    user = request.user
    if user.is_staff or user.acting is not None:
        raise Http404
    if user.email_verified_at is None:
        return _prove_first(request)
    into = request.customer if request.active and request.active.may_order else None
    if request.method != "POST":
        waiting = claiming.unclaimed(email=user.email)
        return render(
            request,
            "orders/customer/found_orders.html",
            {"found": _orders(waiting), "is_proven": True, "into": into},
        )
    asked = request.POST.get("join", "")
    if asked and (into is None or not into.is_meant_by(asked)):
        messages.warning(request, str(claiming.MayNotAsk.user_message))
        return redirect("customer:orders-found")
    join_id = into.pk if asked and into else None
    try:
        customers = claiming.claim(user_id=user.pk, join_id=join_id, now=timezone.now())
    except claiming.NothingToClaim:
        messages.info(request, _("No further orders were found."))
        return redirect("customer:home")
    except claiming.CannotClaim as refusal:
        messages.warning(request, str(refusal.user_message))
        return redirect("customer:orders-found")
    if join_id is not None:
        messages.info(
            request,
            _("The office has been asked to put them under %(customer)s.") % {"customer": into},
        )
    return _on(request, customers)


def _prove_first(request):
    """The page says the same whether there are orders or not: the address is not proven."""
    if request.method == "POST":
        user, now = request.user, timezone.now()
        try:
            claiming.throttle(email=user.email, address=origin.address_of(request), now=now)
        except throttling.TooManyTries as refusal:
            messages.warning(request, wait_text(refusal.until, now))
        else:
            claiming.send_link(to=Recipient.of(user), customer_id=None, now=now)
            messages.success(request, _("We have written to %(email)s.") % {"email": user.email})
        return redirect("customer:orders-found")
    return render(
        request,
        "orders/customer/found_orders.html",
        {"found": [], "is_proven": False, "into": None},
    )


def _on(request, customers):
    """To the orders, for the customer that came first."""
    make_active(request, customers[0])
    messages.success(
        request,
        ngettext(
            "The orders of %(names)s are here now.",
            "The orders of these customers are here now: %(names)s.",
            len(customers),
        )
        % {"names": ", ".join(map(str, customers[:SHOWN]))},
    )
    return redirect("customer:order-list")


def _orders(customers):
    """What the customers have ordered or asked for, the newest first."""
    orders = Order.objects.filter(customer__in=customers.values("pk"), removed_at=None)
    return list(orders.select_related("customer").order_by("-ordered_at", "-pk")[:SHOWN])


def _guest(link):
    """Whom the link is about to make a user, as the orders of that address called the person.

    The customer of the link may be another's by now, whose people are shown to nobody.
    """
    made = claiming.unclaimed(email=link.email).first()
    contact = made.contact if made is not None else ""
    first, _space, last = contact.strip().partition(" ")
    return User(email=link.email, first_name=first[:150], last_name=last.strip()[:150])


def _page(
    request,
    link,
    *,
    status=HTTPStatus.OK,
    objection=None,
    is_other=False,
    signs_in=False,
    chooses=False,
    form=None,
):
    return render(
        request,
        "orders/public/claim.html",
        {
            "email": link.email,
            "found": _orders(claiming.unclaimed(email=link.email)) if objection is None else [],
            "refusal": objection.user_message if objection else "",
            "is_other": is_other,
            "signs_in": signs_in,
            "chooses": chooses,
            "form": form,
        },
        status=status,
    )
