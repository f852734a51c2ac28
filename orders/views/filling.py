"""Filling in an order form: the pages of a link for everybody, and of a member, share this.

What is typed is kept as a draft with every button, and shown from it: a reload, another device or
a lost session loses nothing. Every button is a plain submit; scripts only save earlier.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from accounts.models import Customer, User
from accounts.services import claiming, company, stored_files
from accounts.services.throttling import TooManyTries
from accounts.views.waiting import wait_text
from orders import attaching, drafting, prefilling
from orders.form_fields import ATTACHMENTS, Rules, Section
from orders.forms.wish import MOST_ROWS, Order, OrderForm
from orders.models import OrderDraft, OrderLink, OrderType, Product
from orders.services import drafts, requests, sending
from orders.services.address_book import Book, BookAddress, NothingToSave
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

__all__ = [
    "OwnWay",
    "Place",
    "draft_of",
    "fill_stop",
    "form_again",
    "form_of",
    "form_page",
    "order_asked",
    "read_posted",
    "review_page",
    "sections_of",
    "sent_page",
    "typed_so_far",
]

SAVED_BY_ITSELF = "autosave"
# Rows of a draft from which on its page is dear to draw.
MANY = 50
_OF_BOOK = re.compile(r"stops\.(use|keep|book)\.(\d{1,4})")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWay:
    """The customer that whoever opened a link for anybody may order for, and the form for that."""

    customer: Customer
    url: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a form stands, and for whom.

    `types` are the order types to choose from, `first_type` the code of the one that a new form
    starts with, `words` the levels that the place sets after the order type, `begin` what a new
    form starts with, `hidden` fields that go along with every post (the token of a link's form).
    A place is a link's, or it is of a user who orders for a customer.
    """

    layout: str
    form_url: str
    review_url: str
    sent_url: str
    # Where the next order begins.
    next_url: str
    kinds: Sequence[str]
    types: Iterable[OrderType]
    first_type: str = ""
    words: dict[str, str] = field(default_factory=dict)
    begin: dict[str, Any] = field(default_factory=dict)
    link: OrderLink | None = None
    user: User | None = None
    customer: Customer | None = None
    # Where somebody who is signed in orders for a customer without typing who orders.
    own_way: OwnWay | None = None
    # What a new form is told about itself, and what it was filled from.
    notices: Sequence[str] = ()
    model: Any = None
    # The address book, and the page where all of it is looked through for one stop of a draft.
    book: Book | None = None
    book_url: Callable[[int, int], str] = lambda draft_id, stop: ""
    # Whether who sent it may follow it in the portal.
    follows: bool = False
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
    # Called before a draft with many rows is drawn; may raise TooManyTries.
    looking: Callable[[], object] = lambda: None

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
    _count_look(place, draft)
    return _show(request, place, draft, is_checked=draft is not None and "check" in request.GET)


def form_again(request: HttpRequest, place: Place, words: str, *, status: int) -> HttpResponse:
    """The form as it was posted, and why nothing was done with it; what is kept stays as it is."""
    try:
        draft = draft_of(request, place)
    except drafts.UnknownDraft:
        draft = None
    if draft is not None and draft.is_sent:
        return redirect(place.to(place.sent_url, draft=_token(request)))
    order_type = _posted_type(request, place, draft)
    typed = read_posted(request)
    if draft is not None and order_type is not None:
        _keep_hidden_rows(typed, draft, order_type, place)
        draft.typed, draft.language = typed, translation.get_language()
        draft.order_type = order_type
    return _show(
        request, place, draft, typed=typed, notice=f"{words}{_lost_files(request)}", status=status
    )


def _count_look(place: Place, draft: OrderDraft | None) -> None:
    if draft is not None and sum(len(draft.typed[section]) for section in drafting.ROWS) > MANY:
        place.looking()


def draft_of(request: HttpRequest, place: Place) -> OrderDraft | None:
    """The draft that the address or the posted form names; raises UnknownDraft."""
    token = _token(request)
    if not token:
        return None
    draft = drafts.find(
        token=token,
        user_id=place.user.pk if place.user else None,
        customer_id=place.customer.pk if place.customer else None,
        now=timezone.now(),
    )
    if draft.link_id != (place.link.pk if place.link else None):
        raise drafts.UnknownDraft("a draft of another form")
    return draft


def review_page(
    request: HttpRequest, place: Place, send: Callable[[OrderDraft, OrderForm], object]
) -> HttpResponse:
    """Read once more what was filled in; by POST, `send` it."""
    try:
        draft = draft_of(request, place)
    except drafts.UnknownDraft:
        return redirect(place.to(place.form_url, draft=_token(request)))
    if draft is None:
        return redirect(place.to(place.form_url))
    token = _token(request)
    if draft.is_sent:
        return redirect(place.to(place.sent_url, draft=token))
    if request.method != "POST":
        _count_look(place, draft)
    form = form_of(place, draft, is_checked=True)
    if not form.is_valid() or draft.order_type not in place.types:
        return redirect(place.to(place.form_url, draft=token, check="1"))
    problem = ""
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            if number_of(request.POST.get("revision")) != draft.revision:
                raise drafts.Changed(f"{draft}: it was another revision that was read")
            send(draft, form)
        except TooManyTries as refusal:
            problem = wait_text(refusal.until, timezone.now())
            status = HTTPStatus.TOO_MANY_REQUESTS
        except (drafts.Changed, requests.NotForSale, sending.MayNotOrder) as refusal:
            problem, status = str(refusal.user_message), HTTPStatus.CONFLICT
        else:
            return redirect(place.to(place.sent_url, draft=token))
    return render(
        request,
        "orders/public/review.html",
        {
            "place": place,
            "order_form": form,
            "draft": draft,
            "draft_token": token,
            "files": draft.files.all(),
            "problem": problem,
            "back": place.to(place.form_url, draft=token),
        },
        status=status,
    )


def sent_page(request: HttpRequest, place: Place) -> HttpResponse:
    """What the sent form became: its number, and what happens next."""
    try:
        draft = draft_of(request, place)
    except drafts.UnknownDraft:
        draft = None
    if draft is None or draft.request is None:
        return redirect(place.to(place.form_url))
    sent = draft.request
    # Asked of the address alone: whether somebody has an account is nobody's to learn here.
    objection = claiming.objection_to(email=sent.contact_email, user=None)
    may_claim = sent.sent_by_id is None and objection is None
    return render(
        request,
        "orders/public/sent.html",
        {"place": place, "sent": sent, "may_claim": may_claim},
    )


def typed_so_far(
    request: HttpRequest, place: Place, *, takes_post: bool
) -> list[tuple[str, list[tuple[Any, Any]]]]:
    """What somebody has filled in, to be read: what was posted just now, else what is kept.

    Each part has its heading and pairs of label and text. Nothing of a draft that was sent.
    """
    try:
        draft = draft_of(request, place)
    except drafts.UnknownDraft:
        draft = None
    if draft is not None and draft.is_sent:
        return []
    typed = _typed_of(draft) if draft else {}
    if takes_post:
        posted = read_posted(request)
        typed = posted if posted["answers"] else typed
    order_type = _posted_type(request, place, draft) if takes_post or draft else None
    if order_type is None:
        return []
    return _form(place, order_type, typed, is_checked=False).typed_in_words


def form_of(place: Place, draft: OrderDraft, *, is_checked: bool) -> OrderForm:
    """The form of the draft, bound to what was typed."""
    return _form(
        place,
        draft.order_type,
        _typed_of(draft),
        is_checked=is_checked,
        has_files=draft.files.exists(),
    )


def read_posted(request: HttpRequest) -> dict[str, Any]:
    """The posted form in the language of this request; the page may have been drawn in another."""
    return drafting.in_language(
        drafting.read(request.POST.dict()),
        typed_in=request.POST.get("typed_in", ""),
        language=translation.get_language(),
    )


def _typed_of(draft: OrderDraft) -> dict[str, Any]:
    """What the draft holds, in the language of this request."""
    return drafting.in_language(
        draft.typed, typed_in=draft.language, language=translation.get_language()
    )


def _take(request: HttpRequest, place: Place, draft: OrderDraft | None) -> HttpResponse:
    action = request.POST.get("do", "save")
    order_type = _posted_type(request, place, draft)
    if order_type is None:
        return _show(request, place, None)
    typed = read_posted(request)
    if draft is not None:
        _keep_hidden_rows(typed, draft, order_type, place)
    typed, eye = drafting.act(typed, action)
    asked = _OF_BOOK.fullmatch(action) if place.book else None
    if asked is not None:
        eye = f"stops-{asked[2]}"
        typed = _take_from_book(request, place.book, typed, asked)
    try:
        draft, token = _keep(request, place, draft, typed, order_type)
    except drafts.Changed as conflict:
        return _conflict(request, place, draft, typed, str(conflict.user_message))
    except drafts.AlreadySent:
        return redirect(place.to(place.sent_url, draft=_token(request)))
    if action == SAVED_BY_ITSELF:
        return _saved(place, draft, token)

    if asked is not None and asked[1] == "book":
        return redirect(place.book_url(draft.pk, int(asked[2])))
    refusals = _change_files(request, place, draft, action)
    if refusals:
        return _show(request, place, draft, token=token, refusals=refusals)
    if action == "review":
        if form_of(place, draft, is_checked=True).is_valid() and draft.order_type in place.types:
            return redirect(place.to(place.review_url, draft=token))
        return redirect(place.to(place.form_url, draft=token, check="1"))
    return redirect(place.to(place.form_url, draft=token) + (f"#{eye}" if eye else ""))


def _take_from_book(
    request: HttpRequest, book: Book | None, typed: dict[str, Any], asked: re.Match[str]
) -> dict[str, Any]:
    """Fill a stop from the address book, or save its place there, and say what was done."""
    stop = int(asked[2])
    if book is None or not 0 < stop <= len(typed["stops"]):
        return typed
    if asked[1] == "use":
        found = book.find(request.POST.get(f"stops-{stop}-from", ""))
        if found is not None:
            return fill_stop(request, typed, stop, found)
        messages.warning(request, _("Choose an address first."))
    elif asked[1] == "keep":
        try:
            address, is_new = book.save(typed["stops"][stop - 1], now=timezone.now())
        except NothingToSave as refusal:
            messages.warning(request, str(refusal.user_message))
        else:
            words = (
                _("“%(name)s” is in the address book now.")
                if is_new
                else _("“%(name)s” is in the address book already.")
            )
            messages.success(request, words % {"name": address.label})
    return typed


def fill_stop(request: Any, typed: dict[str, Any], stop: int, found: BookAddress) -> dict[str, Any]:
    """Fill a stop with a place of the book; what the form would refuse of it is left out, told."""
    values, left_out = prefilling.fitting_place(
        found.of_stop, stop=stop, country=request.customer.country
    )
    for each in left_out:
        messages.warning(request, each.words)
    return drafting.fill(typed, stop, values)


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
            language=translation.get_language(),
            order_type_id=order_type.pk,
            link_id=place.link.pk if place.link else None,
            user_id=place.user.pk if place.user else None,
            customer_id=place.customer.pk if place.customer else None,
            now=now,
        )
    saved = drafts.save(
        draft_id=draft.pk,
        revision=number_of(request.POST.get("revision")),
        typed=typed,
        language=translation.get_language(),
        order_type_id=order_type.pk,
        now=now,
    )
    return saved, _token(request)


def _keep_hidden_rows(
    typed: dict[str, Any], draft: OrderDraft, order_type: OrderType, place: Place
) -> None:
    """Rows and answers that the shown form did not ask for come back with another order type."""
    shown, before = _rules(place, draft.order_type), _typed_of(draft)
    for section in drafting.ROWS:
        if not shown.shows(section):
            typed[section] = before.get(section, [])
    kept = {
        name: value
        for name, value in before.get("answers", {}).items()
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
    kept.typed, kept.language = typed, translation.get_language()
    return _show(
        request,
        place,
        kept,
        notice=f"{words}{_lost_files(request)}",
        other=place.to(place.form_url, draft=_token(request)),
        status=HTTPStatus.CONFLICT,
    )


def _lost_files(request: HttpRequest) -> str:
    """A browser does not send chosen files twice, so who chose some has to know."""
    return " " + _("The files were not taken: choose them again.") if request.FILES else ""


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
    typed: dict[str, Any] | None = None,
    token: str = "",
    notice: str = "",
    other: str = "",
    refusals: Sequence[str] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    types = list(place.types)
    asked = _wanted_type if typed is None else partial(_posted_type, draft=None)
    order_type = draft.order_type if draft else asked(request, place)
    if order_type is None:
        return render(request, "orders/public/no_types.html", {"place": place}, status=503)
    notices = [notice] if notice else []
    if draft is not None:
        form = form_of(place, draft, is_checked=is_checked)
    elif typed is not None:
        form = _form(place, order_type, typed, is_checked=False)
    else:
        form, left_out = _new_form(place, order_type)
        notices = notices or [*place.notices, *left_out]
    problems = form.problems if is_checked else []
    if is_checked and order_type not in types:
        problems = [_gone(order_type), *problems]
    draft_token = token or (_token(request) if draft else "")
    return render(
        request,
        "orders/public/form.html",
        {
            "place": place,
            # A post too large to be read still says by its address which draft it was of.
            "action": place.to(place.form_url, **({"draft": draft_token} if draft else {})),
            "order_form": form,
            "sections": sections_of(form),
            "types": types,
            "order_type": order_type,
            "draft": draft,
            "draft_token": draft_token,
            "files": list(draft.files.all()) if draft else [],
            "takes_files": form.rules.shows(ATTACHMENTS),
            "needs_files": form.rules.requires(ATTACHMENTS),
            "missing_files": form.missing.get("files", ""),
            "accepted": attaching.ACCEPTED,
            "notices": notices,
            "other": other,
            "refusals": refusals,
            "problems": problems,
            "has_errors": bool(refusals or problems) or (is_checked and not form.is_valid()),
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
    order = order_asked(
        typed,
        rules=_rules(place, order_type),
        kinds=place.kinds,
        has_files=has_files,
        country=place.customer.country if place.customer else "",
    )
    return OrderForm(typed, order=order, is_checked=is_checked)


def order_asked(
    typed: Mapping[str, Any],
    *,
    rules: Rules,
    kinds: Sequence[str],
    has_files: bool = False,
    country: str = "",
) -> Order:
    """What a form over this is drawn for, here and today."""
    numbers = [str(row.get("number", "")) for row in typed.get("products", ())]
    return Order(
        rules=rules,
        kinds=kinds,
        products=Product.objects.for_sale().numbered(numbers)
        if rules.shows(Section.PRODUCTS)
        else {},
        now=timezone.now(),
        zone=ZoneInfo(company.current().time_zone),
        has_files=has_files,
        country=country,
    )


def _new_form(place: Place, order_type: OrderType) -> tuple[OrderForm, list[str]]:
    """A form that begins with what fits; what of the rows does not, in words.

    What does not fit of the questions asked once is told at the question.
    """
    typed = _beginning(place, order_type)
    form = _form(place, order_type, typed, is_checked=False)
    taken, left_out = prefilling.fitting(typed, order=form.order)
    if not left_out and taken == typed:
        return form, []
    form = OrderForm(taken, order=form.order, is_checked=False)
    prefilling.hint(form, left_out)
    return form, [each.words for each in left_out if each.prefix != form.answers.prefix]


def _rules(place: Place, order_type: OrderType) -> Rules:
    return Rules(order_type.fields, place.words)


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
    """The rows of a section, and what is said where rows that have to be there are `missing`.

    `eye` is the number of the row that takes the focus, or 0.
    """

    section: Section
    forms: Sequence[Any]
    missing: str
    eye: int

    @property
    def is_full(self) -> bool:
        return len(self.forms) >= MOST_ROWS[self.section]


def sections_of(form: OrderForm, *, eye: str = "") -> dict[str, Any]:
    """What the template draws: the answers of each section as fields, and the rows.

    `eye` is the place that `drafting.act` says: on a page that the browser is not led to by its
    address, that row takes the focus.
    """
    looked_at, _dash, number = eye.partition("-")
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
            drawn[section] = _Rows(
                section,
                rows,
                missing=form.missing.get(section, ""),
                eye=max(number_of(number), 0) if section == looked_at else 0,
            )
    return drawn


def _posted_type(request: HttpRequest, place: Place, draft: OrderDraft | None) -> OrderType | None:
    found = _type(place, request.POST.get("order_type", ""))
    return found or (draft.order_type if draft else next(iter(place.types), None))


def _wanted_type(request: HttpRequest, place: Place) -> OrderType | None:
    found = _type(place, request.GET.get("type") or place.first_type)
    return found or next(iter(place.types), None)


def _type(place: Place, code: str) -> OrderType | None:
    return next((order_type for order_type in place.types if order_type.code == code), None)


def _gone(order_type: OrderType) -> str:
    return _("“%(type)s” is not offered here any more. Choose another order type.") % {
        "type": order_type.name
    }


def _token(request: HttpRequest) -> str:
    return request.POST.get("draft") or request.GET.get("draft") or ""
