"""Filling in an order form: the pages of a link for everybody, and of a member, share this.

What is typed is kept as a draft with every button, and shown from it: a reload, another device or
a lost session loses nothing. Every button is a plain submit; scripts only save earlier.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from accounts.services import company, stored_files
from accounts.services.throttling import TooManyTries
from accounts.views.waiting import wait_text
from orders import attaching, drafting
from orders.form_fields import ATTACHMENTS, Rules, Section
from orders.forms.wish import MOST_ROWS, Order, OrderForm
from orders.models import OrderDraft, OrderLink, OrderType, Product
from orders.services import drafts
from portal.lib.dates import day_of
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

__all__ = ["Place", "draft_of", "form_of", "form_page", "sections_of"]

SAVED_BY_ITSELF = "autosave"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a form stands, and for whom.

    `words` are the levels that the place sets after the order type, `begin` what a new form starts
    with, `hidden` fields that go along with every post (the token of a link's form).
    """

    layout: str
    form_url: str
    review_url: str
    sent_url: str
    kinds: Sequence[str]
    order_type: OrderType | None = None
    words: dict[str, str] = field(default_factory=dict)
    begin: dict[str, Any] = field(default_factory=dict)
    link: OrderLink | None = None
    user_id: int | None = None
    customer_id: int | None = None
    hidden: dict[str, str] = field(default_factory=dict)
    # What every address of the form carries along, such as a language that was chosen.
    query: dict[str, str] = field(default_factory=dict)
    languages: Sequence[Any] = ()
    # A style sheet of the place's own colour.
    style_url: str = ""
    logo_url: str = ""
    # Called once, when somebody begins to fill in.
    begun: Callable[[], object] = lambda: None
    # Called for each file that comes; may raise TooManyTries.
    uploading: Callable[[], object] = lambda: None

    def to(self, url: str, **query: str) -> str:
        """One of the form's addresses with what belongs to it."""
        query = {**query, **self.query}
        return f"{url}?{urlencode(query)}" if query else url


def form_page(request: HttpRequest, place: Place) -> HttpResponse:
    """The form: by GET from the draft of the address, by POST after keeping what was typed."""
    try:
        draft = draft_of(request, place)
    except drafts.UnknownDraft as lost:
        if request.method != "POST":
            return _show(request, place, None, notice=str(lost.user_message))
        draft = None
    if draft is not None and draft.is_sent:
        return redirect(place.to(place.sent_url, draft=_token(request)))
    if request.method == "POST":
        return _take(request, place, draft)
    return _show(request, place, draft, is_checked=draft is not None and "check" in request.GET)


def draft_of(request: HttpRequest, place: Place) -> OrderDraft | None:
    """The draft that the address or the posted form names; raises UnknownDraft."""
    token = _token(request)
    if not token:
        return None
    draft = drafts.find(token=token, user_id=place.user_id, now=timezone.now())
    if draft.link_id != (place.link.pk if place.link else None):
        raise drafts.UnknownDraft("a draft of another form")
    return draft


def form_of(place: Place, draft: OrderDraft, *, is_checked: bool) -> OrderForm:
    """The form of the draft, bound to what was typed."""
    return _form(
        place,
        draft.order_type,
        draft.typed,
        is_checked=is_checked,
        has_files=draft.files.exists(),
    )


def _take(request: HttpRequest, place: Place, draft: OrderDraft | None) -> HttpResponse:
    action = request.POST.get("do", "save")
    order_type = _posted_type(request, place, draft)
    typed, eye = drafting.act(drafting.read(request.POST.dict()), action)
    if draft is not None:
        _keep_hidden_rows(typed, draft, order_type, place)
    try:
        draft, token = _keep(request, place, draft, typed, order_type)
    except drafts.Changed as conflict:
        return _conflict(request, place, draft, typed, str(conflict.user_message))
    except drafts.AlreadySent:
        return redirect(place.to(place.sent_url, draft=_token(request)))
    if action == SAVED_BY_ITSELF:
        return _saved(place, draft, token)

    refusals = _change_files(request, place, draft, action)
    if refusals:
        return _show(request, place, draft, token=token, refusals=refusals)
    if action == "review":
        if form_of(place, draft, is_checked=True).is_valid():
            return redirect(place.to(place.review_url, draft=token))
        return redirect(place.to(place.form_url, draft=token, check="1"))
    return redirect(place.to(place.form_url, draft=token) + (f"#{eye}" if eye else ""))


def _keep(
    request: HttpRequest,
    place: Place,
    draft: OrderDraft | None,
    typed: dict[str, Any],
    order_type: OrderType,
) -> tuple[OrderDraft, str]:
    now = timezone.now()
    if draft is None:
        place.begun()
        return drafts.begin(
            typed=typed,
            order_type_id=order_type.pk,
            link_id=place.link.pk if place.link else None,
            user_id=place.user_id,
            customer_id=place.customer_id,
            now=now,
        )
    saved = drafts.save(
        draft_id=draft.pk,
        revision=number_of(request.POST.get("revision")),
        typed=typed,
        order_type_id=order_type.pk,
        now=now,
    )
    return saved, _token(request)


def _keep_hidden_rows(
    typed: dict[str, Any], draft: OrderDraft, order_type: OrderType, place: Place
) -> None:
    """Rows and answers that the shown form did not ask for come back with another order type."""
    shown = _rules(place, draft.order_type)
    for section in drafting.ROWS:
        if not shown.shows(section):
            typed[section] = draft.typed.get(section, [])
    kept = {
        name: value
        for name, value in draft.typed.get("answers", {}).items()
        if not (name == "kind" or shown.shows(name))
    }
    typed["answers"] = kept | typed["answers"]


def _change_files(request: HttpRequest, place: Place, draft: OrderDraft, action: str) -> list[str]:
    """Attach what was chosen, take away what was asked for; why some files were not taken."""
    refusals = []
    takes_files = _rules(place, draft.order_type).shows(ATTACHMENTS)
    for upload in request.FILES.getlist("files") if takes_files else ():
        try:
            place.uploading()
            # One byte more than may be: a larger file is refused without being read.
            content = upload.read(attaching.LARGEST + 1)
            taken = attaching.check(upload.name or "", content)
            file = stored_files.keep(
                content=taken.content, media_type=taken.media_type, now=timezone.now()
            )
            drafts.attach(draft_id=draft.pk, file=file, name=taken.name)
        except TooManyTries as refusal:
            refusals.append(wait_text(refusal.until, timezone.now()))
            break
        except DomainError as refusal:
            refusals.append(str(refusal.user_message))
    if action.startswith("files.remove."):
        drafts.detach(
            draft_id=draft.pk, file_id=number_of(action.rpartition(".")[2]), now=timezone.now()
        )
    return refusals


def _conflict(
    request: HttpRequest,
    place: Place,
    draft: OrderDraft | None,
    typed: dict[str, Any],
    words: str,
) -> HttpResponse:
    """What was typed here over what is kept: nothing is lost, and the person decides."""
    kept = draft_of(request, place)
    if draft is None or kept is None:
        return redirect(place.to(place.form_url))
    kept.typed = typed
    return _show(
        request,
        place,
        kept,
        notice=words,
        other=place.to(place.form_url, draft=_token(request)),
        status=HTTPStatus.CONFLICT,
    )


def _saved(place: Place, draft: OrderDraft, token: str) -> JsonResponse:
    """For the script that saves while somebody types."""
    saved = timezone.localtime(draft.saved_at)
    return JsonResponse(
        {
            "draft": token,
            "revision": draft.revision,
            "address": place.to(place.form_url, draft=token),
            "words": _("Draft saved %(time)s") % {"time": time_format(saved, "TIME_FORMAT")},
        }
    )


def _show(
    request: HttpRequest,
    place: Place,
    draft: OrderDraft | None,
    *,
    is_checked: bool = False,
    token: str = "",
    notice: str = "",
    other: str = "",
    refusals: Sequence[str] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    types = [place.order_type] if place.order_type else list(OrderType.objects.offered())
    order_type = draft.order_type if draft else _wanted_type(request, types)
    if order_type is None:
        return render(request, "orders/public/no_types.html", {"place": place}, status=503)
    form = (
        form_of(place, draft, is_checked=is_checked)
        if draft
        else _form(place, order_type, _beginning(place, order_type), is_checked=False)
    )
    if is_checked:
        form.is_valid()
    return render(
        request,
        "orders/public/form.html",
        {
            "place": place,
            "order_form": form,
            "sections": sections_of(form),
            "types": types,
            "order_type": order_type,
            "draft": draft,
            "draft_token": token or (_token(request) if draft else ""),
            "files": list(draft.files.all()) if draft else [],
            "takes_files": form.rules.shows(ATTACHMENTS),
            "needs_files": form.rules.requires(ATTACHMENTS),
            "accepted": attaching.ACCEPTED,
            "notice": notice,
            "other": other,
            "refusals": refusals,
            "problems": form.problems if is_checked else [],
            "has_errors": bool(refusals) or (is_checked and not form.is_valid()),
        },
        status=status,
    )


def _form(
    place: Place,
    order_type: OrderType,
    typed: dict[str, Any],
    *,
    is_checked: bool,
    has_files: bool = False,
) -> OrderForm:
    rules = _rules(place, order_type)
    numbers = {str(row.get("number", "")).strip() for row in typed.get("products", ())}
    order = Order(
        rules=rules,
        kinds=place.kinds,
        products=_products(numbers) if rules.shows(Section.PRODUCTS) else {},
        today=day_of(timezone.now()),
        zone=ZoneInfo(company.current().time_zone),
        has_files=has_files,
    )
    return OrderForm(typed, order=order, is_checked=is_checked)


def _rules(place: Place, order_type: OrderType) -> Rules:
    return Rules(order_type.fields, place.words)


def _products(numbers: set[str]) -> dict[str, Product]:
    """Those of the numbers that are for sale, by number in capitals."""
    wanted = {number.upper() for number in numbers if number}
    for_sale = Product.objects.filter(removed_at=None, is_active=True, number__in=wanted | numbers)
    return {product.number.upper(): product for product in for_sale}


def _beginning(place: Place, order_type: OrderType) -> dict[str, Any]:
    """An empty form with the type's defaults, then the place's, filled in."""
    typed = drafting.empty()
    for words in (order_type.defaults, place.begin):
        typed["answers"] |= words.get("answers", {})
        for section in drafting.ROWS:
            if section in words:
                typed[section] = [dict(row) for row in words[section]]
    if len(place.kinds) == 1:
        typed["answers"]["kind"] = place.kinds[0]
    return typed


@dataclass(frozen=True)
class _Rows:
    section: Section
    forms: Sequence[Any]

    @property
    def is_full(self) -> bool:
        return len(self.forms) >= MOST_ROWS[self.section]


def sections_of(form: OrderForm) -> dict[str, Any]:
    """What the template draws: the answers of each section as fields, and the rows."""
    answers = form.answers
    drawn: dict[str, Any] = {}
    for section in Section:
        if form.rules.shows(section):
            drawn[section] = [
                answers[name] for name in form.rules.shown(section) if name in answers.fields
            ]
    for section, rows in (
        (Section.STOPS, form.stops),
        (Section.GOODS, form.goods),
        (Section.PRODUCTS, form.products),
    ):
        if section in drawn:
            drawn[section] = _Rows(section, rows)
    return drawn


def _posted_type(request: HttpRequest, place: Place, draft: OrderDraft | None) -> OrderType:
    types = [place.order_type] if place.order_type else list(OrderType.objects.offered())
    wanted = request.POST.get("order_type", "")
    for order_type in types:
        if order_type.code == wanted:
            return order_type
    return draft.order_type if draft else types[0]


def _wanted_type(request: HttpRequest, types: Sequence[OrderType]) -> OrderType | None:
    wanted = request.GET.get("type", "")
    return next((row for row in types if row.code == wanted), types[0] if types else None)


def _token(request: HttpRequest) -> str:
    return request.POST.get("draft") or request.GET.get("draft") or ""
