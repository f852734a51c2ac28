"""Offers, for the office: the list, the editor, the paper, and making orders of an approved one."""

from dataclasses import asdict
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import office_page
from accounts.services import company
from accounts.views.documents import open_document
from orders import contents, splitting
from orders.forms.offer import (
    MOST_LINES,
    OfferLineForm,
    SplitForm,
    TermsForm,
    lines_of,
    sums_of,
)
from orders.models import Offer, Order
from orders.offer_changes import changes_between
from orders.offer_history import history
from orders.offered import AGREED, offered
from orders.request_tables import looking_text
from orders.services import confirming, offer_mail, offer_texts, offers, ordering, presence
from orders.services.offers import Decider
from orders.states import OFFER_MARKS, OfferState
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

VIEW, CHANGE = "orders.view_offer", "orders.change_offer"
CONFIRM = "orders.change_order"
SHOWN = 100


@require_safe
@office_page(VIEW)
def offer_list(request):
    """The offers of one state, the newest first; approved ones first of all."""
    wanted = request.GET.get("state", OfferState.APPROVED)
    state = wanted if wanted in OfferState.values else OfferState.APPROVED
    found = (
        Offer.objects.filter(state=state)
        .select_related("order__customer", "live")
        .order_by("-order_id")[: SHOWN + 1]
    )
    rows = list(found)
    amounts = offered(rows[:SHOWN])
    return render(
        request,
        "orders/office/offer_list.html",
        {
            "rows": [(row, amounts.get(row.pk)) for row in rows[:SHOWN]],
            "has_more": len(rows) > SHOWN,
            "state": state,
            "states": OfferState.choices,
            "is_agreed": state in AGREED,
            "mark": OFFER_MARKS[OfferState(state)],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def offer(request, number):
    """One offer: its draft to be written, what is with the customer, and what was decided."""
    order = _order(number)
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        return _act(request, order)
    ask = request.GET.get("ask")
    if ask in _MAY_ASK and request.user.has_perm(CHANGE):
        return _ask(request, order, ask)
    return _show(request, order, *_draft_forms(order))


@require_POST
@office_page(CHANGE)
def offer_begin(request, number):
    """Begin an offer, or the next version of one."""
    order = _order(number)
    try:
        offers.begin(order_id=order.pk, user_id=request.user.pk, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal.user_message))
        return redirect("office:order-page", order.number)
    return redirect("office:offer", order.number)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def offer_paper(request, number, version):
    """The paper of a version that was sent."""
    order = _order(number)
    found = order.documents.filter(kind="offer", version=version).first()
    if found is None:
        raise Http404
    trail = [*_trail(), (order.number, reverse("office:offer", args=[order.number]))]
    return open_document(request, found, trail=trail)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def orders_create(request, number):
    """Make orders of an approved offer: one, by day, by stop or in parts.

    Who may change orders can have them confirmed with it.
    """
    order = _order(number)
    kept = _offer(order)
    if kept is None or kept.state not in (OfferState.APPROVED, OfferState.ORDERED):
        messages.error(request, _("The offer is not approved, so no orders were made."))
        return redirect("office:offer", order.number)
    form = SplitForm(
        request.POST if request.method == "POST" else None,
        may_confirm=request.user.has_perm(CONFIRM),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made, is_new = _create(request, order, form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal.user_message))
        else:
            numbers = ", ".join(each.number for each in made)
            if is_new:
                messages.success(request, _("Orders made: %(numbers)s.") % {"numbers": numbers})
            else:
                messages.info(
                    request, _("The orders were made already: %(numbers)s.") % {"numbers": numbers}
                )
            return redirect("office:order-page", made[0].number)
    stops, goods = ordering.way_of(order)
    return render(
        request,
        "orders/office/orders_create.html",
        {
            "order": order,
            "form": form,
            "stops": stops,
            "goods": goods,
            "trail": [*_trail(), (order.number, reverse("office:offer", args=[order.number]))],
        },
    )


def _create(request, order, values):
    """The orders and whether they are new: new ones are confirmed where that was asked for."""
    now = timezone.now()
    with transaction.atomic():
        made, is_new = ordering.create_orders(
            order_id=order.pk, split=_split(values), user_id=request.user.pk, now=now
        )
        # Those that a colleague has made meanwhile are for the colleague to confirm.
        if is_new and values.get("confirm"):
            for each in made:
                confirming.confirm(order_id=each.pk, user_id=request.user.pk, now=now)
        elif is_new:
            offer_mail.tell_of_orders(made, now=now)
    return made, is_new


def _split(values):
    """What takes the way apart as it was asked for."""
    match values["how"]:
        case "days":
            zone = ZoneInfo(company.current().time_zone)
            return partial(splitting.by_day, days=values["days"], zone=zone)
        case "stops":
            return splitting.by_stop
        case "parts":
            return partial(splitting.in_parts, parts=values["parts"] or 0)
        case _:
            return splitting.whole


_MAY_ASK = {
    "call_back": {OfferState.SENT, OfferState.CHANGE_ASKED},
    "take_back": {OfferState.APPROVED},
}


def _ask(request, order, ask):
    """Whether it is meant: by the one, links end for good; by the other, people are written to."""
    kept = _offer(order)
    if kept is None or kept.state not in _MAY_ASK[ask]:
        return redirect("office:offer", order.number)
    return render(
        request,
        "orders/office/offer_withdraw.html",
        {
            "order": order,
            "version": kept.live,
            "ask": ask,
            "trail": [*_trail(), (order.number, reverse("office:offer", args=[order.number]))],
        },
    )


def _act(request, order):
    action = request.POST.get("do", "save")
    now = timezone.now()
    if action in ("call_back", "take_back"):
        try:
            if action == "call_back":
                offer_mail.call_back(order_id=order.pk, now=now)
            else:
                person = request.user
                undone = offer_mail.take_back(
                    order_id=order.pk,
                    version=number_of(request.POST.get("version")),
                    seen=request.POST.get("seen", ""),
                    decider=Decider(name=person.get_full_name() or person.email, user_id=person.pk),
                    now=now,
                )
                if undone is not None:
                    messages.success(
                        request,
                        _("The approval of version %(version)s is taken back.")
                        % {"version": undone.version.number},
                    )
        except DomainError as refusal:
            messages.error(request, str(refusal.user_message))
        return redirect("office:offer", order.number)

    lines, eye = _posted_lines(request.POST, action, order.currency)
    if action == "total" and request.htmx:
        return _show_sums(request, lines, order.currency)
    posted = _with_texts(request, order) if action == "texts" else request.POST
    if action not in ("save", "send"):
        typed = TermsForm(initial=posted.dict(), today=offers.sellers_day(now))
        return _show(request, order, [line.unchecked() for line in lines], typed, eye=eye)
    terms = TermsForm(posted, today=offers.sellers_day(now))
    if not all([terms.is_valid(), *[line.is_valid() for line in lines]]):
        return _show(request, order, lines, terms)
    revision = request.POST.get("revision", "")
    try:
        with transaction.atomic():
            draft = offers.save_draft(
                order_id=order.pk,
                revision=number_of(revision),
                lines=[line.line() for line in lines],
                terms=terms.given(),
                user_id=request.user.pk,
                now=now,
            )
            if action == "send":
                offer_mail.send(
                    order_id=order.pk, revision=draft.revision, user_id=request.user.pk, now=now
                )
    except DomainError as refusal:
        if _draft(order) is None:
            messages.error(request, str(refusal.user_message))
            return redirect("office:offer", order.number)
        terms.add_error(None, str(refusal.user_message))
        return _show(request, order, lines, terms)
    if action == "send":
        messages.success(
            request,
            _("Version %(version)s is sent to %(email)s.")
            % {"version": draft.number, "email": draft.send_to},
        )
    else:
        messages.success(request, _("The draft is saved."))
    return redirect("office:offer", order.number)


def _with_texts(request, order):
    """What was typed, with the office's texts in the chosen language where it has any."""
    posted = request.POST.copy()
    language = posted.get("language", "")
    found = asdict(
        offer_texts.texts_for(order_type_id=order.request.order_type_id, language=language)
    )
    posted.update({name: said for name, said in found.items() if said})
    if not any(found.values()):
        messages.info(
            request, _("No texts are kept in this language. The settings have them: Offer texts.")
        )
    return posted


def _posted_lines(posted, action, currency):
    """The lines of the posted form, after a button that adds, moves or removes one.

    And which field or button is to have the focus then: that of the line that was worked on.
    """
    numbers = sorted(
        {
            number
            for name in posted
            if name.startswith("line-") and (number := number_of(name.split("-")[1])) >= 0
        }
    )[:MOST_LINES]
    eye = _rearrange(numbers, action)
    places = {str(number): str(place) for place, number in enumerate(numbers, start=1)}
    rows: list[tuple[int, dict[str, str] | None]] = []
    names = OfferLineForm.base_fields
    for place, number in enumerate(numbers, start=1):
        values = {f"line-{place}-{name}": posted.get(f"line-{number}-{name}", "") for name in names}
        # An alternative follows its line to its new place, and loses it with it.
        other = f"line-{place}-instead_of"
        values[other] = places.get(values[other].strip(), "")
        rows.append((place, values))
    if action == "add" and len(rows) < MOST_LINES:
        rows.append((len(rows) + 1, None))
    lines = [
        OfferLineForm(values, number=place, others=len(rows), currency=currency, initial=_NEW_LINE)
        for place, values in rows
    ]
    if action == "add" and lines:
        lines[-1].fields["description"].widget.attrs["autofocus"] = True
    return lines, eye


def _rearrange(numbers, action):
    """Move or remove the line of the button; what makes no sense changes nothing."""
    what, _dot, number = action.partition(".")
    if number_of(number) not in numbers:
        return ""
    at = numbers.index(int(number))
    if what == "remove":
        del numbers[at]
        return f"remove.{min(at + 1, len(numbers))}"
    to = {"up": at - 1, "down": at + 1}.get(what, -1)
    if not 0 <= to < len(numbers):
        return ""
    numbers[at], numbers[to] = numbers[to], numbers[at]
    # A line that is first or last has no button any more that moves it further.
    is_at_end = (what, to) in (("up", 0), ("down", len(numbers) - 1))
    other = {"up": "down", "down": "up"}[what]
    return f"{other if is_at_end else what}.{to + 1}"


_NEW_LINE = {"quantity": 1, "kind": "included", "vat_rate": ""}


def _draft_forms(order):
    draft = _draft(order)
    if draft is None:
        return [], None
    rows = lines_of(draft) or [_NEW_LINE]
    lines = [
        OfferLineForm(number=place, others=len(rows), currency=draft.currency, initial=row)
        for place, row in enumerate(rows, start=1)
    ]
    initial = {name: getattr(draft, name) for name in TermsForm.base_fields}
    return lines, TermsForm(initial=initial, today=offers.sellers_day(timezone.now()))


def _show_sums(request, lines, currency):
    """The amounts and sums of what is typed, for a page that has the rest of it already."""
    return render(
        request,
        "orders/office/_draft_sums.html",
        {"sums": sums_of(lines, currency=currency), "currency": currency, "lines": lines},
    )


def _show(request, order, lines, terms, *, eye=""):
    kept = _offer(order)
    draft = _draft(order)
    live = kept.live if kept else None
    shown = draft or live
    before = offers.version_before(shown) if shown else None
    way = contents.offered_way(shown, order) if shown else contents.way_in(order)
    return render(
        request,
        "orders/office/offer.html",
        {
            "order": order,
            "looking": _looking(request, order),
            "offer": kept,
            "draft": draft,
            "live": live,
            "changes": changes_between(before, shown) if before and shown else None,
            "offered": offered([kept]).get(kept.pk) if live and not draft else None,
            "live_lines": live.lines.order_by("position") if live else [],
            "mark": OFFER_MARKS[OfferState(kept.state)] if kept else "",
            "lines": lines,
            "terms": terms,
            "form": terms,
            "has_errors": terms is not None
            and bool(terms.errors or any(line.errors for line in lines)),
            "revision": request.POST.get("revision") or (draft.revision if draft else 0),
            "sums": sums_of(lines, currency=order.currency) if draft else None,
            "eye": eye,
            "history": history(kept, names_staff=True) if kept else [],
            "stops": contents.stops_of(way),
            "goods": contents.goods_of(way),
            "papers": order.documents.filter(kind="offer").order_by("-version"),
            "may_change": request.user.has_perm(CHANGE),
            "may_take_back": kept is not None and kept.state in _MAY_ASK["take_back"],
            "may_call_back": kept is not None and kept.state in _MAY_ASK["call_back"],
            "may_order": kept is not None and kept.state == OfferState.APPROVED,
            "may_begin": draft is None and (kept is None or kept.state != OfferState.ORDERED),
            "trail": _trail(),
        },
    )


def _looking(request, order):
    """Who else has it open, the request or its offer; that this person has is noted for them."""
    now = timezone.now()
    presence.seen(order_id=order.pk, user_id=request.user.pk, now=now)
    others = presence.others([order.pk], but=request.user.pk, now=now)
    return looking_text(others.get(order.pk, []))


def _order(number):
    order = (
        Order.objects.filter(number=number, source="").select_related("customer", "request").first()
    )
    if order is None or not hasattr(order, "request"):
        raise Http404
    return order


def _offer(order):
    return Offer.objects.filter(pk=order.pk).select_related("live").first()


def _draft(order):
    kept = _offer(order)
    return kept.versions.filter(sent_at=None).first() if kept else None


def _trail():
    return [(_("Offers"), reverse("office:offer-list"))]
