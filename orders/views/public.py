"""The order form behind a link, for anybody and in frames of other sites.

No cookie is needed and none is set: what was typed is kept by the draft's token, and instead of the
cookie of Django's CSRF check a signed token says that the form was drawn here, for this link.
"""

from functools import partial, wraps
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import origin
from accounts.permissions import active_of
from accounts.services import throttling
from accounts.services.newcomers import Newcomer
from accounts.views.waiting import wait_text
from orders.models import OrderLink, OrderType
from orders.services import drafts, sending
from orders.services.throttles import BEGINS, LOOKS, SENDS, UPLOADS
from orders.states import OrderOrigin
from orders.views.filling import (
    OwnWay,
    Place,
    form_again,
    form_page,
    review_page,
    sent_page,
    typed_so_far,
)
from portal.lib import files
from portal.lib.dates import day_of

SALT = "orders.form"
FORM_LIVES = drafts.KEPT
# Ten files of ten megabytes would be more, but nobody sends them at once.
LARGEST_POST = 50 * 1024 * 1024
HONEYPOT = "website"


def form_address(view):
    """A page of a link's form: the link is open, the language is the link's, the post is ours."""

    @csrf_exempt
    @login_not_required
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, code: str) -> HttpResponse:
        links = OrderLink.objects.select_related("logo", "order_type")
        link = get_object_or_404(links, code=code)
        chosen = _chosen_language(request, link)
        with translation.override(link.language or chosen or translation.get_language()):
            request.LANGUAGE_CODE = translation.get_language()
            place = _place(request, link, chosen)
            try:
                if link.is_open(on=day_of(timezone.now())):
                    response = _refuse(request, place, link) or view(request, place, link)
                else:
                    response = _closed(request, place, link)
            except throttling.TooManyTries as refusal:
                words = wait_text(refusal.until, timezone.now())
                response = _again(request, place, words, HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Referrer-Policy"] = "no-referrer"
            if link.sites:
                # The one page that others may put into a frame, and these others alone.
                response.xframe_options_exempt = True
                response._csp_replace = {"frame-ancestors": link.sites}
            return response

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@form_address
def order_form(request: HttpRequest, place: Place, link: OrderLink) -> HttpResponse:
    """Fill in an order or offer request."""
    if request.method == "GET" and not request.GET:
        OrderLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1)
    return form_page(request, place)


@require_http_methods(["GET", "HEAD", "POST"])
@form_address
def review(request: HttpRequest, place: Place, link: OrderLink) -> HttpResponse:
    """Read once more what was filled in, and send it."""
    return review_page(request, place, partial(_send, request))


@require_safe
@form_address
def sent(request: HttpRequest, place: Place, link: OrderLink) -> HttpResponse:
    """What the sent form became: its number, and what happens next."""
    return sent_page(request, place)


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def embed(request: HttpRequest, code: str) -> HttpResponse:
    """The script that puts the form on another site's page; it takes the address from its own."""
    get_object_or_404(OrderLink, code=code)
    script = Path(settings.BASE_DIR, "static", "embed", "embed.js")
    return HttpResponse(
        script.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8"
    )


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def style(request: HttpRequest, code: str) -> HttpResponse:
    """The link's colour. In the dark it is made light enough to be read."""
    link = get_object_or_404(OrderLink.objects.exclude(accent=""), code=code)
    dark = f"oklch(from {link.accent} max(l, .78) min(c, .13) h)"
    tokens = {
        "--brand-accent": f"light-dark({link.accent}, {dark})",
        "--brand-on-accent": f"light-dark(#ffffff, oklch(from {link.accent} .19 .03 h))",
    }
    rules = "".join(f"{name}:{value};" for name, value in tokens.items())
    return HttpResponse(f":root{{{rules}}}", content_type="text/css; charset=utf-8")


@login_not_required
@require_safe
def logo(request: HttpRequest, code: str) -> HttpResponseBase:
    """The link's picture, also in a frame of another site: the same for everybody, no cookie."""
    picture = get_object_or_404(OrderLink.objects.select_related("logo"), code=code).logo
    if picture is None:
        raise Http404
    try:
        response = files.serve(
            request,
            picture.content,
            name="logo",
            media_type=picture.media_type,
            size=picture.size,
            sha256=picture.sha256,
            modified=picture.created_at,
        )
    except FileNotFoundError:
        # Lost from the disk; the page goes without.
        raise Http404 from None
    response["Cache-Control"] = "public, max-age=3600"
    return response


def logo_address(link: OrderLink) -> str:
    """Where the link's logo is, for this logo alone: browsers may keep it. Empty without one."""
    if link.logo is None:
        return ""
    return f"{reverse('public:order-form-logo', args=[link.code])}?{link.logo.sha256[:8]}"


def _send(request, draft, form):
    values = form.answers.cleaned_data
    now = timezone.now()
    _admit(request, SENDS)
    language = draft.link.language or translation.get_language()
    attached = [(row.file_id, row.name) for row in draft.files.all()]
    sending.send(
        draft_id=draft.pk,
        revision=draft.revision,
        newcomer=Newcomer(
            name=values.get("company_name", ""),
            contact=values["contact_name"],
            email=values["contact_email"],
            phone=values.get("contact_phone", ""),
            business_id=values.get("business_id", ""),
            street=values.get("street", ""),
            postal_code=values.get("postal_code", ""),
            city=values.get("city", ""),
            country=values.get("country", ""),
            language=language,
        ),
        wish_of=lambda draft, customer_id: form.wish(
            sent_key=draft.sent_key,
            origin=OrderOrigin.WEB,
            customer_id=customer_id,
            order_type_id=draft.order_type_id,
            language=language,
            attachments=attached,
        ),
        now=now,
    )


def _chosen_language(request, link):
    """The language that the visitor chose by a link on the page; a link with its own has no say."""
    chosen = _asked(request, "language")
    return chosen if chosen in dict(settings.LANGUAGES) and not link.language else ""


def _asked(request, name):
    """What the post says, else the address. What is too large to be taken is not even read."""
    posted = "" if _is_too_large(request) else request.POST.get(name)
    return posted or request.GET.get(name, "")


def _place(request, link, chosen):
    def address(name):
        return reverse(f"public:order-form{name}", args=[link.code])

    person = _person(request, link)
    active = active_of(request) if person else None
    languages = () if link.language else _languages(address(""), _asked(request, "draft"))
    return Place(
        layout="layouts/form.html",
        form_url=address(""),
        review_url=address("-review"),
        sent_url=address("-sent"),
        next_url=address(""),
        kinds=link.kinds,
        types=[link.order_type] if link.order_type else OrderType.objects.offered(),
        words=link.fields,
        begin=_begin_with(link, person, active),
        own_way=_own_way(link, person, active),
        link=link,
        hidden={"form": signing.dumps(link.code, salt=SALT)}
        | ({"language": chosen} if chosen else {}),
        query={"language": chosen} if chosen else {},
        style_url=address("-style") if link.accent else "",
        logo_url=logo_address(link),
        languages=languages,
        begun=lambda: _begin(request, link),
        uploading=lambda: _admit(request, UPLOADS),
        looking=lambda: _admit(request, LOOKS),
    )


def _person(request, link):
    """Who is signed in and opened the form by itself; nobody in a frame of another site.

    There the page stays the same for everybody, also where browsers send the cookie along.
    """
    is_framed = link.sites and request.headers.get("Sec-Fetch-Dest") != "document"
    if is_framed or request.method == "POST" or not request.user.is_authenticated:
        return None
    return request.user


def _own_way(link, person, active):
    """Ordering signed in, where the person may, and members may order what the link is for."""
    if active is None or not active.may_order:
        return None
    if person.acting is not None and not person.acting.may_act:
        return None
    if link.order_type is not None and not link.order_type.is_for_members:
        return None
    address = f"{reverse('customer:order-form')}?{urlencode({'link': link.code})}"
    return OwnWay(customer=active.customer, url=address)


def _begin_with(link, person, active):
    """What the link fills in, and who orders where that is known."""
    if person is None or person.is_staff:
        return link.prefilled
    answers = {
        "contact_name": person.get_full_name(),
        "contact_email": person.email,
        "contact_phone": person.phone,
    }
    if active is not None:
        answers["company_name"] = active.customer.name
        answers["business_id"] = active.customer.business_id
        answers["country"] = active.customer.country
    known = {name: value for name, value in answers.items() if value}
    return {**link.prefilled, "answers": known | link.prefilled.get("answers", {})}


def _begin(request, link):
    _admit(request, BEGINS)
    OrderLink.objects.filter(pk=link.pk).update(begun=F("begun") + 1)


def _admit(request, limit):
    """Count one more from this network; raises TooManyTries."""
    network = throttling.network(origin.address_of(request))
    if network:
        throttling.admit(tries={limit: network}, now=timezone.now())


def _languages(form_url, token):
    """A plain link for each language: a form with a button would need a cookie."""
    current = translation.get_language()
    return [
        {
            "code": code,
            "name": translation.get_language_info(code)["name_local"].capitalize(),
            "href": f"{form_url}?{urlencode({'draft': token, 'language': code})}",
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


def _closed(request, place, link):
    """That the form takes no orders, whom to ask, and to read what was typed before it closed."""
    is_readable = not _is_too_large(request)
    takes_post = is_readable and request.method == "POST" and _is_ours(request, link)
    return render(
        request,
        "orders/public/link_closed.html",
        {
            "link": link,
            "typed": typed_so_far(request, place, takes_post=takes_post) if is_readable else [],
        },
        status=HTTPStatus.GONE,
    )


def _is_ours(request, link):
    """Whether what was posted says that the form was drawn here, for this link, not long ago."""
    try:
        code = signing.loads(request.POST.get("form", ""), salt=SALT, max_age=FORM_LIVES)
    except signing.BadSignature:
        return False
    return code == link.code


def _refuse(request, place, link):
    """A page instead of what was posted, when it cannot be from our form or from a person."""
    if request.method != "POST":
        return None
    if _is_too_large(request):
        return _problem(
            request,
            place,
            _("The files are too large together. Send them in several goes, or by e-mail."),
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )
    if not _is_ours(request, link):
        words = _("This form was open for too long. Look through it and press the button again.")
        return _again(request, place, words, HTTPStatus.BAD_REQUEST)
    if request.POST.get(HONEYPOT):
        words = _(
            "A field that people do not see was filled in. Switch off automatic filling, and press"
            " the button again."
        )
        return _again(request, place, words, HTTPStatus.BAD_REQUEST)
    return None


def _is_too_large(request):
    return int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_POST


def _again(request, place, words, status):
    """The form with what was typed; where nothing was typed, the way back to it."""
    if "answers-kind" in request.POST:
        return form_again(request, place, words, status=status)
    return _problem(request, place, words, status)


def _problem(request, place, words, status):
    token = _asked(request, "draft")
    return render(
        request,
        "orders/public/problem.html",
        {
            "words": words,
            "back": place.to(place.form_url, **({"draft": token} if token else {})),
            "place": place,
        },
        status=status,
    )
