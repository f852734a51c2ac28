"""Coming in and leaving."""

from http import HTTPStatus

from allauth.account import views as allauth
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import origin, sso
from accounts.forms import SignInForm
from accounts.services import signing_in, staff_sign_in, throttling
from accounts.views.entering import enter
from accounts.views.provider import lead_to_provider
from accounts.views.waiting import wait_text


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    """By e-mail and password. Every refusal reads the same whoever has the address, or nobody.

    An address of the office's own leads to the identity provider; its password is not looked at.
    """
    wanted = get_next_redirect_url(request)
    if request.user.is_authenticated:
        return redirect(wanted or settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    now = timezone.now()
    typed = request.POST.get("login", "").strip()
    if staff_sign_in.is_address(typed) and staff_sign_in.leads_to_provider(typed):
        form.fields["password"].required = False
        try:
            return lead_to_provider(request, email=typed, next_url=wanted, now=now)
        except throttling.TooManyTries as refusal:
            form.add_error(None, wait_text(refusal.until, now))
            status = HTTPStatus.TOO_MANY_REQUESTS
    elif form.is_valid():
        try:
            user = signing_in.check(
                email=form.cleaned_data["login"],
                password=form.cleaned_data["password"],
                address=origin.address_of(request),
                language=translation.get_language(),
                now=now,
            )
        except throttling.TooManyTries as refusal:
            form.add_error(None, wait_text(refusal.until, now))
            status = HTTPStatus.TOO_MANY_REQUESTS
        except signing_in.WrongPassword:
            form.add_error(
                None,
                _(
                    "The e-mail address and the password do not belong together. Check both and"
                    " try again. If the address is known here, a link to sign in with has been"
                    " sent to it."
                ),
            )
        else:
            return _come_in(request, user, wanted, stay=form.cleaned_data["remember"])
    page = render(
        request,
        "account/login.html",
        {
            "form": form,
            "next_field": REDIRECT_FIELD_NAME,
            "next": wanted or "",
            "provider": sso.name(),
            "provider_domains": " ".join(staff_sign_in.domains()),
        },
        status=status,
    )
    return sso.allow_form(page)


def _come_in(request, user, wanted, *, stay):
    response = enter(request, user, method="password", redirect_url=wanted)
    request.session.set_expiry(settings.ACCOUNT_SESSION_COOKIE_AGE if stay else 0)
    return response


@login_not_required
@require_safe
def restricted(request):
    """For people all of whose customers are kept out by the office."""
    return render(request, "accounts/public/restricted.html")


@login_not_required
def sign_out(request):
    """Ask by GET, sign out by POST; the browser then forgets the pages it kept."""
    response = allauth.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache"'
    return response


@login_not_required
@never_cache
@require_safe
def signed_out(request):
    """Goodbye, and home by itself after five seconds; whoever is signed in goes home at once."""
    if request.user.is_authenticated:
        return redirect("customer:home")
    return render(request, "accounts/public/signed_out.html")
