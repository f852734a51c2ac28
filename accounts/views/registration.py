"""Registering from outside: the form, the page of an attempt, and the page of the mailed link."""

import re
from decimal import Decimal
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import origin
from accounts.forms import SetPasswordForm
from accounts.purposes import REGISTRATION
from accounts.registration_forms import RegistrationForm
from accounts.services import registration, throttling
from accounts.services.registration import Wish
from accounts.states import Refusal
from accounts.views.entering import enter
from accounts.views.private import private_address
from accounts.views.waiting import wait_text

# What the drawn invoice says beside the form.
EXAMPLE = {"net": Decimal(1000), "vat": Decimal(255), "total": Decimal(1255)}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request):
    """The form. What can be decided at once is; else the attempt's page waits for the ERP."""
    if request.user.is_authenticated:
        return redirect("customer:home")
    if request.method != "POST":
        return _form_page(request, RegistrationForm())
    form, token = RegistrationForm(request.POST), _token(request)
    if not form.is_valid():
        return _form_page(request, form, token=token)

    wish, now = _wish(form), timezone.now()
    earlier = registration.find(token=token)
    if earlier is not None:
        if registration.is_same(earlier, wish):
            return redirect("account_registration", token=token)
        token = registration.new_token()
    tries = registration.tries_of(wish, address=origin.address_of(request))
    try:
        throttling.admit(tries=tries, now=now)
        registration.begin(token=token, wish=wish, now=now)
    except throttling.TooManyTries as error:
        form.add_error(None, wait_text(error.until, now))
        return _form_page(request, form, token=token, status=HTTPStatus.TOO_MANY_REQUESTS)
    except registration.Refused as refused:
        form.explain(refused.refusal)
        return _form_page(request, form, token=token, refusal=refused.refusal)
    return redirect("account_registration", token=token)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request, token):
    """How the attempt stands. A refused one shows the form with what was typed; a POST has the
    link mailed again."""
    found = registration.find(token=token)
    if found is None:
        raise Http404
    now = timezone.now()
    if request.method == "POST":
        _mail_again(request, found, now)
        return redirect("account_registration", token=token)
    if found.is_refused:
        form = RegistrationForm(_typed(found))
        form.full_clean()
        form.explain(Refusal(found.refusal))
        return _form_page(request, form, refusal=found.refusal)
    return render(
        request,
        "accounts/public/registration.html",
        {"attempt": found, "looks_again": now - found.created_at < registration.PATIENCE},
    )


def finish(request, *, token, link):
    """Choose a password, and be a user: what the mailed link opens."""
    person = registration.person_of(link)
    form = SetPasswordForm(request.POST or None, user=person)
    if request.method == "POST" and form.is_valid():
        try:
            user = registration.complete(
                token=token,
                password=form.cleaned_data["password"],
                address=origin.address_of(request),
                now=timezone.now(),
            )
        except registration.Refused as refused:
            return render(
                request,
                "accounts/public/registration_ended.html",
                {"refusal": refused.refusal, "has_account": _has_account(refused.refusal)},
                status=HTTPStatus.CONFLICT,
            )
        messages.success(request, _("Welcome. Your password is set."))
        return enter(request, user, method="registration")
    return render(request, "accounts/public/set_password.html", {"form": form, "person": person})


@require_POST
@private_address(REGISTRATION, even_ended=True)
def link_again(request, *, token, link):
    """Mail a new link to where the old one went."""
    found = registration.attempt_of(link)
    if found is None or found.is_registered:
        messages.info(request, _("If you have registered already, sign in."))
    else:
        _mail_again(request, found, timezone.now())
    return redirect("account_login")


def _form_page(request, form, *, token="", refusal="", status=HTTPStatus.OK):
    return render(
        request,
        "accounts/public/register.html",
        {
            "form": form,
            "token": token or registration.new_token(),
            "has_account": _has_account(refusal),
            "is_closed": refusal == Refusal.NOT_OPEN,
            "example": EXAMPLE,
        },
        status=status,
    )


def _has_account(refusal):
    return refusal == Refusal.ACCOUNT_EXISTS


def _token(request):
    """The secret that the form was drawn with; another one for what we never made."""
    posted = request.POST.get("token", "")
    return posted if _TOKEN.fullmatch(posted) else registration.new_token()


def _wish(form):
    values = form.cleaned_data
    return Wish(
        first_name=values["first_name"],
        last_name=values["last_name"],
        email=values["email"],
        language=get_language(),
        customer_number=values["customer_number"],
        document_number=values["document_number"],
        amount=values["amount"],
    )


def _typed(found):
    names = [name for name in RegistrationForm.base_fields if name != "email_again"]
    return {**{name: getattr(found, name) for name in names}, "email_again": found.email}


def _mail_again(request, found, now):
    try:
        throttling.admit(tries=registration.tries_of_link(found), now=now)
    except throttling.TooManyTries as error:
        messages.warning(request, wait_text(error.until, now))
        return
    registration.send_link_again(attempt_id=found.pk, now=now)
    messages.success(request, _("A new link is on its way to %(email)s.") % {"email": found.email})
