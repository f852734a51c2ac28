"""Ordering signed in, for the active customer: the same form as behind a link, with less to type.

Whoever holds "place orders" may order, and sees what colleagues have left for each other:
templates and the address book. Drafts are the person's own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MissingSection, customer_page
from accounts.sections import Section
from orders import repeating
from orders.forms.new_order import DaysForm
from orders.models import Order, OrderDraft, OrderLink, OrderTemplate, OrderType
from orders.services import drafts, sending
from orders.services.address_book import Book
from orders.states import OrderOrigin, RequestKind
from orders.views.filling import Place, form_page, review_page, sent_page
from portal.lib.dates import day_of
from portal.lib.forms import number_of

MOST_TEMPLATES = 10
# Of an order link, as its route takes it.
CODE = re.compile(r"[-a-zA-Z0-9_]+")
# The customer is known; it is not asked who it is and where its invoices go.
NOT_ASKED = dict.fromkeys(
    (
        "company_name",
        "business_id",
        "street",
        "postal_code",
        "city",
        "country",
        "invoice_email",
        "einvoice",
    ),
    "hidden",
)


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a new form was filled from: in words, as its address names it, and with which days."""

    words: str
    query: Mapping[str, str]
    days: DaysForm


def ordering_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever may order for the active customer, while the customer may."""

    @customer_page(Section.PLACE_ORDERS, writes=True)
    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.customer.takes_no_orders:
            return render(request, "orders/customer/no_orders.html", status=HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return page


@require_safe
@ordering_page
def start(request: Any) -> HttpResponse:
    """Where an order begins: with one of the order types, or with what was begun before."""
    types = list(OrderType.objects.for_members())
    begun = drafts.open_ones(
        user_id=request.user.pk, customer_id=request.customer.pk, now=timezone.now()
    )
    templates = list(
        OrderTemplate.objects.filter(customer=request.customer)
        .select_related("order_type")
        .order_by("name", "pk")[: MOST_TEMPLATES + 1]
    )
    if len(types) <= 1 and not (begun or templates):
        return redirect("customer:order-form")
    return render(
        request,
        "orders/customer/new_order.html",
        {
            "types": types,
            "begun": begun,
            "templates": templates[:MOST_TEMPLATES],
            "more_templates": len(templates) > MOST_TEMPLATES,
            "customer": request.customer,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def order_form(request: Any) -> HttpResponse:
    """Fill in an order or offer request."""
    return form_page(request, _place(request, fills=True))


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def review(request: Any) -> HttpResponse:
    """Read once more what was filled in, and send it."""
    return review_page(request, _place(request), partial(_send, request))


@require_safe
@ordering_page
def sent(request: Any) -> HttpResponse:
    """What the sent form became: its number, and what happens next."""
    return sent_page(request, _place(request))


@require_POST
@ordering_page
def give_up(request: Any, draft_id: int) -> HttpResponse:
    """Delete a draft of one's own."""
    try:
        drafts.give_up(draft_id=own_draft(request, draft_id).pk, now=timezone.now())
    except OrderDraft.DoesNotExist as lost:
        raise Http404 from lost
    except drafts.AlreadySent as refusal:
        messages.warning(request, str(refusal.user_message))
    else:
        messages.success(request, _("The draft is deleted."))
    return redirect("customer:order-new")


def new_order_trail() -> list[tuple[str, str]]:
    """The way to the pages around ordering."""
    return [(_("New order"), reverse("customer:order-new"))]


def own_draft(request: Any, draft_id: int) -> OrderDraft:
    """The person's draft for the active customer, or Http404."""
    try:
        return drafts.find(
            token=str(draft_id),
            user_id=request.user.pk,
            customer_id=request.customer.pk,
            now=timezone.now(),
        )
    except drafts.UnknownDraft as lost:
        raise Http404 from lost


def order_named(request: Any, key: str) -> Order:
    """The order to repeat or to keep: the active customer's, for whoever may see its orders."""
    if Section.ORDERS not in request.active.sections:
        raise MissingSection(request.customer, Section.ORDERS)
    order = (
        Order.objects.of_active(request.active)
        .select_related("request__order_type")
        .filter(pk=number_of(key))
        .first()
    )
    if order is None:
        raise Http404
    return order


def type_of(order: Order) -> OrderType | None:
    """The type that an order was sent as; nothing for an ERP's."""
    request = getattr(order, "request", None)
    return request.order_type if request else None


def _send(request: Any, draft: OrderDraft, form: Any) -> None:
    acting = request.user.acting is not None
    files = [(row.file_id, row.name) for row in draft.files.all()]
    sending.send(
        draft_id=draft.pk,
        revision=draft.revision,
        newcomer=None,
        wish_of=lambda draft, customer_id: form.wish(
            sent_key=draft.sent_key,
            origin=OrderOrigin.OFFICE if acting else OrderOrigin.PORTAL,
            customer_id=customer_id,
            order_type_id=draft.order_type_id,
            language=translation.get_language(),
            attachments=files,
        ),
        sender=request.user,
        now=timezone.now(),
    )


def _place(request: Any, *, fills: bool = False) -> Place:
    """The member's entrance to the form; `fills` says that a new form may be filled beforehand."""
    types = OrderType.objects.for_members()
    answers = _contact(request)
    begin: dict[str, Any] = {"answers": answers}
    model, filled = None, None
    if fills and request.method != "POST" and not request.GET.get("draft"):
        model, filled = _model(request, types)
    if filled is not None:
        begin = {**filled.typed, "answers": filled.typed["answers"] | answers}
    link = _link(request) if fills and filled is None else None
    if link is not None:
        begin = {**link.prefilled, "answers": _kind_of(link) | answers}
    return Place(
        layout="layouts/customer.html",
        form_url=reverse("customer:order-form"),
        review_url=reverse("customer:order-form-review"),
        sent_url=reverse("customer:order-form-sent"),
        next_url=reverse("customer:order-new"),
        kinds=RequestKind.values,
        types=types,
        first_type=_first_type(filled, link),
        words=NOT_ASKED,
        begin=begin,
        user=request.user,
        customer=request.customer,
        hidden={"customer": request.customer.reference},
        notices=filled.left_out if filled else (),
        model=model,
        book=Book(request.customer.pk, request.user.pk),
        book_url=lambda draft_id, stop: reverse("customer:stop-addresses", args=[draft_id, stop]),
        follows=Section.ORDERS in request.active.sections,
    )


def _link(request: Any) -> OrderLink | None:
    """The order link that led here, while it takes orders."""
    code = request.GET.get("link", "")
    if not CODE.fullmatch(code):
        return None
    link = OrderLink.objects.select_related("order_type").filter(code=code).first()
    return link if link and link.is_open(on=day_of(timezone.now())) else None


def _kind_of(link: OrderLink) -> dict[str, str]:
    return {"kind": link.kinds[0]} if len(link.kinds) == 1 else {}


def _first_type(filled: repeating.Beginning | None, link: OrderLink | None) -> str:
    order_type = filled.order_type if filled else link.order_type if link else None
    return order_type.code if order_type else ""


def _contact(request: Any) -> dict[str, str]:
    """Who is asked about the order: the person; the customer's contact where staff order."""
    customer, user = request.customer, request.user
    if user.acting is not None and customer.email:
        answers = {
            "contact_name": customer.contact or customer.name,
            "contact_email": customer.email,
            "contact_phone": customer.phone,
        }
    else:
        answers = {
            "contact_name": user.get_full_name(),
            "contact_email": user.email,
            "contact_phone": user.phone or customer.phone,
        }
    return {name: value for name, value in answers.items() if value}


def _model(request: Any, types: Any) -> tuple[Model | None, repeating.Beginning | None]:
    """What the address says to fill a new form from: an order, or a template."""
    if key := request.GET.get("again", ""):
        order = order_named(request, key)
        wanted, order_type = repeating.wanted(order), type_of(order)
        query = {"again": key}
        words = _("Filled in from order %(number)s. Its references are left out.") % {
            "number": order.number
        }
    elif key := request.GET.get("template", ""):
        template = get_object_or_404(
            OrderTemplate.objects.select_related("order_type"),
            pk=number_of(key),
            customer=request.customer,
        )
        wanted, order_type = template.wanted, template.order_type
        query = {"template": key}
        words = _("Filled in from the template “%(name)s”.") % {"name": template.name}
    else:
        return None, None
    days = DaysForm(request.GET if "day" in request.GET else None, today=day_of(timezone.now()))
    filled = repeating.beginning(
        wanted,
        order_type=order_type,
        types=types,
        day=days.cleaned_data["day"] if days.is_valid() else None,
    )
    return Model(words=words, query=query, days=days), filled
