"""An offer for whoever has its private link: read by GET, decided by POST."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import origin
from accounts.models import PrivateLink
from accounts.views.private import private_address
from orders import contents, offering
from orders.forms.offer import DecisionForm
from orders.models import Offer, OfferDecision, OfferLine
from orders.offer_changes import changes_between
from orders.pricing import Sums
from orders.purposes import OFFER
from orders.services import offer_mail, offers
from orders.services.offers import Decider
from orders.states import OFFER_MARKS, OfferState
from orders.views.own_order import serve_or_wait
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

DECISIONS: dict[str, Callable[..., OfferDecision]] = {
    "approve": offers.approve,
    "decline": offers.decline,
    "change": offers.ask_for_change,
}


def offer(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The version that is with the customer, and what may be said to it."""
    kept = _offer(link)
    form = DecisionForm()
    status = HTTPStatus.OK
    if request.method == "POST":
        form, status = _decide(request, kept, link)
        if form is None:
            return redirect("private-link", token=token)
        kept = _offer(link)
    live = kept.live
    lines = list(live.lines.order_by("position"))
    way = contents.offered_way(live, kept.order)
    now = timezone.now()
    may_decide = kept.state == OfferState.SENT and kept.ends_at > now
    before = _seen_before(request, live)
    decision = (
        OfferDecision.objects.filter(version__offer=kept).order_by("-decided_at", "-pk").first()
    )
    agreed = decision if kept.state in (OfferState.APPROVED, OfferState.ORDERED) else None
    # On a page of an older version a tick stands for another line.
    ticked = form.chosen(request.POST) if _is_of(request, live) else []
    chosen = agreed.chosen if agreed else ticked
    return render(
        request,
        "orders/public/offer.html",
        {
            "order": kept.order,
            "offer": kept,
            "version": live,
            "lines": [line for line in lines if line.kind == OfferLine.Kind.INCLUDED],
            "options": [line for line in lines if line.kind != OfferLine.Kind.INCLUDED],
            "chosen": chosen,
            "sums": _sums(agreed) if agreed else _worth(live, lines, chosen),
            "changes": changes_between(before, live) if before and may_decide else None,
            "mark": OFFER_MARKS[OfferState(kept.state)],
            "decision": decision,
            "may_decide": may_decide,
            "may_take_back": kept.state == OfferState.APPROVED,
            "has_ended": kept.state == OfferState.EXPIRED
            or (kept.state == OfferState.SENT and kept.ends_at <= now),
            "stops": contents.stops_of(way),
            "goods": contents.goods_of(way),
            "form": form,
            "token": token,
        },
        status=status,
    )


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


@private_address(OFFER)
def offer_pdf(request, *, token, link):
    """The paper of the version that is with the customer; or a page that says it is being made."""
    kept = _offer(link)
    documents = kept.order.documents.filter(kind="offer", fingerprint=kept.live.fingerprint)
    document = documents.select_related("file").first()
    if document is None:
        raise Http404
    return serve_or_wait(request, document, token=token)


def _decide(request, kept, link):
    """Nothing and nothing when it is decided; else the form with what stands in the way."""
    action = request.POST.get("do", "")
    if action == "total":
        return _with_total(request, kept)
    form = DecisionForm(request.POST, needs_comment=action in ("decline", "change"))
    version = request.POST.get("version", "")
    person = request.user if request.user.is_authenticated else None
    if action not in (*DECISIONS, "take_back") or not form.is_valid():
        return form, HTTPStatus.OK
    values = form.cleaned_data
    now = timezone.now()
    about = {
        "order_id": kept.pk,
        "decider": Decider(
            name=values["name"],
            email=link.email,
            user_id=person.pk if person else None,
            address=origin.address_of(request),
        ),
        "comment": values["comment"],
        "now": now,
    }
    if action != "take_back":
        about["version"] = number_of(version)
        about["seen"] = request.POST.get("seen", "")
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


def _with_total(request, kept):
    """The form as it was typed, for the total with the options; nothing is asked of it yet."""
    form = DecisionForm(request.POST, decides=False)
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


def _offer(link):
    found = (
        Offer.objects.filter(pk=link.data["order"], order__removed_at=None)
        .exclude(live=None)
        .select_related("order__customer", "live")
        .first()
    )
    if found is None:
        raise Http404
    return found
