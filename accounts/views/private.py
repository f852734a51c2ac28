"""What private links open. The token in the address is all that the visitor needs to have.

Every answer keeps the address to itself: no cache, no search engine, no Referer with the path in
it. `no-referrer` alone would make browsers send `Origin: null` with the forms of these pages, which
the CSRF check refuses; browsers that know `strict-origin` take that, and send no path either.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import SetPasswordForm
from accounts.models import Ending, PrivateLink
from accounts.purposes import SIGN_IN, purpose_of
from accounts.services import credentials, private_links
from accounts.views.entering import enter

REFERRER_POLICY = "no-referrer, strict-origin"

View = Callable[..., HttpResponse]


def private_address(
    purpose: str | None = None, *, even_ended: bool = False
) -> Callable[[View], View]:
    """An address under `/p/<token>/`: the view gets `token` and `link`, which opens something.

    Unknown links and those that have ended, before the view or in it, get a page that says so.
    With `even_ended` the view gets ended links too: it opens nothing by them.
    """

    def decorate(view: View) -> View:
        @login_not_required
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: HttpRequest, *args, token: str, **kwargs) -> HttpResponse:
            try:
                link = _look(token, purpose, even_ended=even_ended)
                response = view(request, *args, token=token, link=link, **kwargs)
            except private_links.UnknownLink:
                response = _unknown(request)
            except private_links.EndedLink as ended:
                response = _ended(request, ended, token)
            response.headers["Referrer-Policy"] = REFERRER_POLICY
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return page

    return decorate


@private_address()
def open_link(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The page of the link's purpose."""
    return purpose_of(link.purpose).view()(request, token=token, link=link)


def set_password(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """Choose a password for the first time or anew, and be signed in with it."""
    form = SetPasswordForm(request.POST or None, user=link.user)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "accounts/public/set_password.html", {"form": form, "person": link.user}
        )
    user = credentials.set_password_by_link(
        token=token, password=form.cleaned_data["password"], now=timezone.now()
    )
    messages.success(request, _("Your password is set."))
    return enter(request, user, method="set_password")


def sign_in(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """Sign in without the password; the second step stays."""
    if request.method != "POST":
        return render(request, "accounts/public/sign_in_link.html", {"person": link.user})
    user = credentials.prove_address(token=token, purpose=SIGN_IN, now=timezone.now())
    return enter(request, user, method="sign_in_link")


def _look(token, purpose, *, even_ended):
    try:
        return private_links.look(token=token, purpose=purpose, now=timezone.now())
    except private_links.EndedLink as ended:
        if even_ended:
            return ended.link
        raise


def new_email(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """Sign in with the address that this link was sent to, from now on."""
    if request.method != "POST":
        return render(
            request, "accounts/public/new_email.html", {"person": link.user, "email": link.email}
        )
    try:
        credentials.change_email_by_link(token=token, now=timezone.now())
    except credentials.AddressTaken as refusal:
        messages.error(request, refusal.user_message)
    else:
        messages.success(
            request, _("You sign in with %(email)s from now on.") % {"email": link.email}
        )
    return redirect("mfa_index" if request.user.is_authenticated else "account_login")


def _unknown(request):
    return render(request, "accounts/public/link_unknown.html", status=HTTPStatus.NOT_FOUND)


def _ended(request, ended, token):
    purpose = purpose_of(ended.link.purpose)
    reasons = {
        Ending.USED: _("It was used already, and works only once."),
        Ending.WITHDRAWN: _("It was withdrawn, or a newer one took its place."),
        Ending.EXPIRED: _("Its time is over."),
    }
    return render(
        request,
        "accounts/public/link_ended.html",
        {
            "reason": reasons[ended.reason],
            "purpose": purpose,
            "again": _again(purpose, token) if ended.reason == Ending.EXPIRED else "",
        },
        status=HTTPStatus.GONE,
    )


def _again(purpose, token):
    """Where to ask for a new link, if one may."""
    return reverse(purpose.again_route, args=[token]) if purpose.again_route else ""
