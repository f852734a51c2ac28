"""An offer read and decided about: the page of a private link and that of a member share this.

GET shows and never acts; every button is a plain submit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.documents import DocumentLine
from accounts.models import User
from orders import contents, offering
from orders.forms.offer import DecisionForm
from orders.models import Offer, OfferDecision, OfferLine, OfferVersion, Order
from orders.offer_changes import changes_between
from orders.offer_history import Happened, said_by
from orders.pricing import Sums
from orders.services import offer_mail, offers
from orders.services.offers import Decider
from orders.states import OFFER_MARKS, OfferState
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

__all__ = ["Place", "offer_of", "offer_page"]

DECISIONS: dict[str, Callable[..., OfferDecision]] = {
    "approve": offers.approve,
    "decline": offers.decline,
    "change": offers.ask_for_change,
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose page it is, where it and the paper are, and who decides.

    Where the portal knows the person's name, it is not asked for. Who `may_answer` gets the
    buttons; whoever may not reads `no_answer`, why, and may ask `admins` for the right.
    """

    layout: str
    here: str
    paper_url: Callable[[OfferVersion], str]
    decider: Callable[[str], Decider]
    asks_name: bool
    customer_named: Callable[[Order], str] = lambda order: order.customer.name
    may_answer: bool = True
    no_answer: str = ""
    admins: Sequence[User] = ()
    history: Callable[[Offer], Sequence[Happened]] = lambda _offer: ()
    papers: Callable[[Offer], Sequence[DocumentLine]] = lambda _offer: ()
    trail: Any = ()
    # The layout of forms asks every place for the logo of its link; an offer's own page has none.
    logo_url: str = ""


def offer_of(order_id: int) -> tuple[Offer, OfferVersion]:
    """The offer of an order, and the version that is or was with the customer."""
    offers_of_it = Offer.objects.filter(pk=order_id, order__removed_at=None)
    found = offers_of_it.select_related("order__customer", "order__request", "live").first()
    if found is None or found.live is None:
        raise Http404
    return found, found.live


def offer_page(request: HttpRequest, order_id: int, place: Place) -> HttpResponse:
    """The version that is with the customer, and what may be said to it."""
    kept, live = offer_of(order_id)
    form = _form(place)
    status = HTTPStatus.OK
    if request.method == "POST":
        form, status = _decide(request, kept, place)
        if form is None:
            return redirect(place.here)
        kept, live = offer_of(order_id)
    lines = list(live.lines.order_by("position"))
    now = timezone.now()
    is_out = kept.is_out(now)
    before = _seen_before(request, live)
    decision = offers.last_decision(kept)
    said = _said(decision, live, is_out=is_out)
    agreed = decision if kept.state in (OfferState.APPROVED, OfferState.ORDERED) else None
    # On a page of an older version a tick stands for another line.
    ticked = form.chosen(request.POST) if _is_of(request, live) else []
    chosen = agreed.chosen if agreed else ticked
    way = contents.offered_way(live, kept.order)
    return render(
        request,
        "orders/offer.html",
        {
            "place": place,
            "order": kept.order,
            "customer_name": place.customer_named(kept.order),
            "offer": kept,
            "version": live,
            "lines": [line for line in lines if line.kind == OfferLine.Kind.INCLUDED],
            "options": [line for line in lines if line.kind != OfferLine.Kind.INCLUDED],
            "chosen": chosen,
            "sums": _sums(agreed) if agreed else _worth(live, lines, chosen),
            "changes": changes_between(before, live) if before and is_out else None,
            "mark": OFFER_MARKS[OfferState(kept.state)],
            "decision": said,
            "decision_by": said_by(said, names_staff=False) if said else "",
            "agreed": agreed,
            "is_out": is_out,
            "may_decide": is_out and place.may_answer,
            "may_take_back": kept.state == OfferState.APPROVED and place.may_answer,
            "waits": is_out or kept.state == OfferState.APPROVED,
            "is_called_back": kept.state == OfferState.CALLED_BACK,
            "has_ended": kept.state == OfferState.EXPIRED
            or (kept.state == OfferState.SENT and not is_out),
            "stops": contents.stops_of(way),
            "goods": contents.goods_of(way),
            "history": place.history(kept),
            "papers": place.papers(kept),
            "paper_url": place.paper_url(live),
            "form": form,
        },
        status=status,
    )


def _said(decision, live, *, is_out):
    """The last decision, unless it was about a version before the one that waits for an answer."""
    if decision is None or (is_out and decision.version_id != live.pk):
        return None
    return decision


def _is_of(request, live):
    """Whether what was posted is of the version that is with the customer."""
    posted = number_of(request.POST.get("version")), request.POST.get("seen")
    return posted == (live.number, live.fingerprint)


def _seen_before(request, live):
    """The version that the visitor had before this one: what the posted page showed, or the last.

    Whoever decides on a page that is out of date reads what changed since exactly that page.
    """
    number = number_of(request.POST.get("version"))
    posted = live.offer.versions.filter(number=number, sent_at__isnull=False).first()
    return posted if posted and number < live.number else offers.version_before(live)


def _form(place, *given, **which):
    return DecisionForm(*given, asks_name=place.asks_name, **which)


def _decide(request, kept, place):
    """Nothing and nothing when it is decided; else the form with what stands in the way."""
    action = request.POST.get("do", "")
    if action == "total":
        return _with_total(request, kept, place)
    form = _form(place, request.POST, needs_comment=action in ("decline", "change"))
    if action not in (*DECISIONS, "take_back") or not form.is_valid():
        return form, HTTPStatus.OK
    values = form.cleaned_data
    now = timezone.now()
    about = {
        "order_id": kept.pk,
        "version": number_of(request.POST.get("version")),
        "seen": request.POST.get("seen", ""),
        "decider": place.decider(values.get("name", "")),
        "comment": values["comment"],
        "now": now,
    }
    if action == "approve":
        about["chosen"] = form.chosen(request.POST)
        about["total"] = request.POST.get("total", "")
        about["customer_reference"] = values["customer_reference"]
    try:
        with transaction.atomic():
            if action == "take_back":
                offer_mail.take_back(**about)
            else:
                offer_mail.tell_of(DECISIONS[action](**about), now=now)
    except offers.AlreadyDecided:
        # The page says by whom and when.
        messages.info(request, _("This offer has been decided about already."))
        return None, HTTPStatus.OK
    except DomainError as refusal:
        form.add_error(None, str(refusal.user_message))
        return form, HTTPStatus.CONFLICT
    return None, HTTPStatus.OK


def _with_total(request, kept, place):
    """The form as it was typed, for the total with the options; nothing is asked of it yet."""
    form = _form(place, request.POST, decides=False)
    if not _is_of(request, kept.live):
        form.add_error(None, str(offers.OfferEnded.user_message))
        return form, HTTPStatus.CONFLICT
    try:
        offering.worth(
            list(kept.live.lines.order_by("position")),
            form.chosen(request.POST),
            currency=kept.live.currency,
        )
    except offering.NotOnOffer as refusal:
        form.add_error(None, str(refusal.user_message))
    return form, HTTPStatus.OK


def _worth(live, lines, chosen):
    """The sums with these options; without any where they cannot be chosen together."""
    try:
        return offering.worth(lines, chosen, currency=live.currency)
    except offering.NotOnOffer:
        return _sums(live)


def _sums(kept):
    return Sums(kept.net_amount, kept.vat_amount, kept.gross_amount)
