"""Asking for a change or a cancellation: a private link's pages and a member's share this.

The form carries what was typed from page to page and keeps nothing until it is sent. Every button
is a plain submit; GET shows and never acts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import origin
from accounts.permissions import member_page, visible
from accounts.sections import Section
from accounts.services import company, stored_files, throttling
from accounts.services.throttling import TooManyTries
from accounts.views.private import private_address
from accounts.views.waiting import wait_text
from orders import contents, drafting
from orders.changes import shown_changes
from orders.differences import differences, in_words
from orders.form_fields import ATTACHMENTS, Rules
from orders.forms.change import ASKING, NOT_ASKED, AskingForm, proposed, rules_of, typed
from orders.forms.wish import Order as Asked
from orders.forms.wish import OrderForm
from orders.models import Order, OrderChange, OrderRequest, Product
from orders.purposes import OWN_ORDER
from orders.services import changing
from orders.services.changing import Asker
from orders.services.throttles import SENDS
from orders.views.filling import read_posted, sections_of
from orders.views.own_order import order_of
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

__all__ = [
    "order_cancel",
    "order_change",
    "order_withdraw",
    "own_cancel",
    "own_change",
    "own_withdraw",
]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose page it is: the order, where its page and forms are, and who asks.

    Where the portal knows the person's name, it is not asked for. `admit` counts one more form that
    is sent, and may raise TooManyTries.
    """

    layout: str
    order: Order
    back: str
    change_url: str
    cancel_url: str
    asker: Callable[[str], Asker]
    asks_name: bool
    admit: Callable[[], object] = lambda: None
    trail: Any = ()
    # The layout of forms asks every place for the logo of its link; an order's own page has none.
    logo_url: str = ""

    @property
    def sent(self) -> OrderRequest:
        return self.order.request


@private_address(OWN_ORDER)
def own_change(request, *, token, link):
    return _change(request, _own_place(request, token, link))


@private_address(OWN_ORDER)
def own_cancel(request, *, token, link):
    return _cancel(request, _own_place(request, token, link))


@private_address(OWN_ORDER)
def own_withdraw(request, *, token, link):
    return _withdraw(request, _own_place(request, token, link))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def order_change(request, number):
    return _change(request, _members_place(request, number))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def order_cancel(request, number):
    return _cancel(request, _members_place(request, number))


@require_POST
@member_page
def order_withdraw(request, number):
    return _withdraw(request, _members_place(request, number))


def _change(request: HttpRequest, place: Place) -> HttpResponse:
    """Fill in what is to be different, read the differences, and send them."""
    if not changing.may_ask(place.order, place.sent, now=timezone.now()):
        return _too_late(request, place)
    standing = contents.content_of(place.order, place.sent)
    stands = contents.fingerprint_of(standing)
    if request.method != "POST":
        zone = ZoneInfo(company.current().time_zone)
        form = _form(place, standing, typed(standing, zone), is_checked=False)
        return _show(request, place, form, seen=stands)

    action = request.POST.get("do", "")
    seen = request.POST.get("seen", "")
    posted, eye = drafting.act(read_posted(request), action)
    if action not in ("review", "send"):
        form = _form(place, standing, posted, is_checked=False)
        return _show(request, place, form, seen=seen, eye=eye)
    form = _form(place, standing, posted, is_checked=True)
    if not form.is_valid():
        return _show(request, place, form, seen=seen)
    wish = proposed(form, standing)
    found = differences(standing, wish)
    takes_files = Rules(*_words(place)).shows(ATTACHMENTS)
    if not found and not takes_files:
        nothing = str(changing.NothingDifferent.user_message)
        return _show(request, place, form, seen=seen, problems=[nothing])
    asking = _asking(request, place, takes_files=takes_files)
    problem, status = "", HTTPStatus.OK
    if action == "send" and asking.is_valid() and not found and not asking.cleaned_data["papers"]:
        asking.add_error("papers", changing.NothingDifferent.user_message)
    if seen != stands:
        # The differences are those from what stands now, and so is what is sent next.
        problem, status = str(changing.Moved.user_message), HTTPStatus.CONFLICT
    elif action == "send" and asking.is_valid():
        problem, status = _send(
            request,
            place,
            lambda asker: changing.ask_for_change(
                order_id=place.order.pk,
                wish=wish,
                seen=seen,
                reason=asking.cleaned_data["reason"],
                files=_kept(asking.cleaned_data.get("papers", ())),
                asker=asker,
                now=timezone.now(),
            ),
            asking,
        )
        if not problem:
            return redirect(place.back)
    return render(
        request,
        "orders/changes/review.html",
        {
            "place": place,
            "order": place.order,
            "differences": in_words(found),
            "form": asking
            if action == "send"
            else _asking(None, place, carried=_carried(request), takes_files=takes_files),
            "fields": _fields(posted, stands),
            "problem": problem,
        },
        status=status,
    )


def _cancel(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask for the cancellation, with the reason."""
    if not changing.may_ask(place.order, place.sent, now=timezone.now()):
        return _too_late(request, place)
    form = _asking(request if request.method == "POST" else None, place, needs_reason=True)
    problem, status = "", HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        problem, status = _send(
            request,
            place,
            lambda asker: changing.ask_for_cancellation(
                order_id=place.order.pk,
                reason=form.cleaned_data["reason"],
                asker=asker,
                now=timezone.now(),
            ),
            form,
        )
        if not problem:
            return redirect(place.back)
    return render(
        request,
        "orders/changes/cancel.html",
        {"place": place, "order": place.order, "form": form, "problem": problem},
        status=status,
    )


def _withdraw(request: HttpRequest, place: Place) -> HttpResponse:
    """Take an open proposal back; a look at the address shows the order."""
    if request.method != "POST":
        return redirect(place.back)
    change_id = number_of(request.POST.get("change"))
    if not OrderChange.objects.filter(pk=change_id, order=place.order).exists():
        messages.info(request, _("There is nothing to withdraw."))
        return redirect(place.back)
    try:
        changing.withdraw(
            order_id=place.order.pk,
            change_id=change_id,
            user_id=place.asker("").user_id,
            now=timezone.now(),
        )
    except changing.AlreadyAnswered as refusal:
        messages.warning(request, str(refusal.user_message))
    else:
        messages.success(request, _("It is withdrawn. The order stays as it is."))
    return redirect(place.back)


def _send(request, place, ask, form):
    """What stands in the way and its status; nothing when it was sent."""
    try:
        place.admit()
        ask(place.asker(form.cleaned_data.get("name", "")))
    except TooManyTries as refusal:
        return wait_text(refusal.until, timezone.now()), HTTPStatus.TOO_MANY_REQUESTS
    except DomainError as refusal:
        return str(refusal.user_message), HTTPStatus.CONFLICT
    messages.success(
        request, _("It is sent. The order stays as it is until we have answered; a mail tells you.")
    )
    return "", HTTPStatus.OK


def _too_late(request, place):
    messages.warning(request, str(changing.TooLate.user_message))
    return redirect(place.back)


def _words(place):
    """What the order type and the link say is asked."""
    asked_by = filter(None, (place.sent.order_type, place.sent.order_link))
    return [each.fields for each in asked_by]


def _form(place, standing, posted, *, is_checked):
    """The order's form over what was typed, asking what its type asks and what stands in it."""
    rules = rules_of(_words(place), standing)
    numbers = {row.get("number", "") for row in posted["products"]}
    asked = Asked(
        rules=rules,
        kinds=[place.sent.kind],
        products=_products(place.order, numbers, standing),
        now=timezone.now(),
        zone=ZoneInfo(company.current().time_zone),
        without=NOT_ASKED,
        country=place.order.customer.country,
    )
    return OrderForm(posted, order=asked, is_checked=is_checked)


def _products(order, numbers, standing):
    """Those for sale, and those of the order at its prices, whatever the register says of them."""
    rows = standing.get("products", ())
    prices = dict(order.lines.values_list("product_number", "unit_price")) if rows else {}
    ordered = {
        row["number"].upper(): Product(
            number=row["number"],
            name=row.get("name", ""),
            unit=row.get("unit", ""),
            unit_price=prices.get(row["number"]),
        )
        for row in rows
    }
    return Product.objects.for_sale().numbered(numbers) | ordered


def _show(request, place, form, *, seen, eye="", problems=()):
    problems = [*problems, *(form.problems if form.is_checked else ())]
    is_wrong = form.is_checked and not form.is_valid()
    return render(
        request,
        "orders/changes/change.html",
        {
            "place": place,
            "order": place.order,
            "order_form": form,
            "sections": sections_of(form, eye=eye),
            "fields": [*_marks(seen), *_carried(request).items()],
            "problems": problems,
            "has_errors": bool(problems) or is_wrong,
            "standing": next(
                (each for each in shown_changes(place.order) if each.change.is_open), None
            ),
        },
    )


def _kept(files):
    """The uploads on file, with their names."""
    return [
        (
            stored_files.keep(
                content=upload.read(), media_type=taken.media_type, now=timezone.now()
            ).pk,
            taken.name,
        )
        for upload, taken in files
    ]


def _asking(request, place, *, needs_reason=False, takes_files=False, carried=None):
    initial = {"name": place.sent.contact_name[: AskingForm.LONGEST_NAME]} | {
        name.removeprefix(f"{ASKING}-"): value for name, value in (carried or {}).items()
    }
    return AskingForm(
        request.POST if request else None,
        request.FILES if request else None,
        initial=initial,
        asks_name=place.asks_name,
        needs_reason=needs_reason,
        takes_files=takes_files,
    )


def _carried(request):
    """Who asks and why, as it was typed: carried along while the change is written on."""
    names = (f"{ASKING}-name", f"{ASKING}-reason")
    return {name: request.POST[name] for name in names if name in request.POST}


def _marks(seen):
    """Of a page: which state of the order it showed, and the language it was filled in."""
    return [("seen", seen), ("typed_in", translation.get_language())]


def _fields(posted, seen):
    """Everything that was typed as hidden fields."""
    fields = _marks(seen)
    fields += [(f"answers-{name}", value) for name, value in posted["answers"].items()]
    for section in drafting.ROWS:
        for number, row in enumerate(posted[section], start=1):
            fields.append((f"{section}-{number}-there", "1"))
            fields += [(f"{section}-{number}-{name}", value) for name, value in row.items()]
    return fields


def _own_place(request, token, link):
    network = throttling.network(origin.address_of(request))

    def admit():
        if network:
            throttling.admit(tries={SENDS: network}, now=timezone.now())

    def asker(name):
        return Asker(
            name=name, email=link.email, link_id=link.pk, address=origin.address_of(request)
        )

    return Place(
        layout="layouts/form.html",
        order=order_of(link),
        back=reverse("private-link", args=[token]),
        change_url=reverse("private-order-change", args=[token]),
        cancel_url=reverse("private-order-cancel", args=[token]),
        asker=asker,
        asks_name=True,
        admit=admit,
    )


def _members_place(request, number):
    orders = Order.objects.filter(
        number=number, source="", removed_at=None, request__isnull=False
    ).select_related("customer", "request__order_type", "request__order_link")
    # The form is the order as it stands, so whoever fills it in may see orders too.
    visible(orders, user=request.user, section=Section.ORDERS)
    [order] = visible(orders, user=request.user, section=Section.PLACE_ORDERS)
    person = request.user
    is_staff = person.acting is not None

    def asker(_name):
        return Asker(
            # Customers read no names of staff; who of them it was, the user says.
            name=company.current().name if is_staff else person.get_full_name() or person.email,
            email=order.request.contact_email if is_staff else person.email,
            user=person,
            address=origin.address_of(request),
        )

    return Place(
        layout="layouts/customer.html",
        order=order,
        back=reverse("customer:order-page", args=[order.number]),
        change_url=reverse("customer:order-change", args=[order.number]),
        cancel_url=reverse("customer:order-cancel", args=[order.number]),
        asker=asker,
        asks_name=False,
        trail=[
            (_("My orders"), reverse("customer:order-list")),
            (order.number, reverse("customer:order-page", args=[order.number])),
        ],
    )
