"""Proving who one is: the second step of signing in, a passkey instead of a password, and once more
before something changes about how one signs in."""

from http import HTTPStatus

from allauth.account.internal.decorators import login_stage_required
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.internal.flows import post_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import origin, passkeys
from accounts.forms import CodeForm, ConfirmPasswordForm, PasskeyForm
from accounts.permissions import before_second_step
from accounts.services import credentials, proof, second_steps, signing_in, throttling
from accounts.stages import SecondStep
from accounts.views.entering import enter
from accounts.views.waiting import wait_text

APP_OR_CODE = _(
    "The six digits that your authenticator app shows now, or one of your recovery codes."
)
CODE = _("One of your recovery codes.")


@login_stage_required(stage=SecondStep.key, redirect_urlname="account_login")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request):
    """The second step of whoever has given the right password and is not in yet."""
    stage = request._login_stage
    user = stage.login.user
    forms = _Forms(request, code=CodeForm, passkey=PasskeyForm)
    used = forms.answer(lambda form: _second_step_used(form, user))
    if used is not None:
        post_authentication(request, used)
        return stage.exit()
    return forms.page("accounts/public/second_step.html", user, person=user)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_sign_in(request):
    """Sign in by a passkey alone: the script asks for a question by GET and posts the answer."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method != "POST":
        if request.headers.get("Accept") != "application/json":
            return redirect("account_login")
        return JsonResponse({"options": passkeys.ask_to_sign()})
    form = PasskeyForm(request.POST)
    now = timezone.now()
    network = {signing_in.BY_NETWORK: throttling.network(origin.address_of(request))}
    try:
        throttling.admit(tries=network, now=now)
        passkey = passkeys.read_signed(form.cleaned_data["credential"] if form.is_valid() else None)
    except throttling.TooManyTries as refusal:
        messages.error(request, wait_text(refusal.until, now))
        return redirect("account_login")
    except passkeys.BadPasskey as refusal:
        messages.error(request, refusal.user_message)
        return redirect("account_login")
    throttling.take_back(tries=network)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    post_authentication(request, passkey, passwordless=True)
    return enter(request, passkey.user, redirect_url=get_next_redirect_url(request))


@before_second_step
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request):
    """Once more, before something changes about how the person signs in."""
    user = request.user
    wanted = get_next_redirect_url(request) or settings.LOGIN_REDIRECT_URL
    forms = _Forms(request, password=ConfirmPasswordForm, code=CodeForm, passkey=PasskeyForm)
    if forms.answer(lambda form: _proof_given(form, user)):
        proof.note(session=request.session, now=timezone.now())
        return redirect(wanted)
    return forms.page(
        "accounts/public/prove.html",
        user,
        asks_password=user.has_usable_password(),
        next_field=REDIRECT_FIELD_NAME,
        next=wanted,
    )


class _Forms:
    """The ways of one page, of which the person answers one: told apart by the field that came."""

    def __init__(self, request, **ways):
        self.request = request
        self.status = HTTPStatus.OK
        came = next((way for way in ways if request.POST.keys() & ways[way].base_fields), None)
        self.forms = {
            way: form(request.POST if way == came else None) for way, form in ways.items()
        }
        self.sent = self.forms.get(came or "")

    def answer(self, check):
        """What `check` makes of the form that came, or nothing, with the reason in the form."""
        if self.sent is None or not self.sent.is_valid():
            return None
        now = timezone.now()
        try:
            return check(self.sent)
        except throttling.TooManyTries as refusal:
            self.sent.add_error(None, wait_text(refusal.until, now))
            self.status = HTTPStatus.TOO_MANY_REQUESTS
        except (
            passkeys.BadPasskey,
            second_steps.WrongCode,
            signing_in.WrongPassword,
        ) as refusal:
            [field] = self.sent.fields
            self.sent.add_error(None if field == "credential" else field, str(refusal.user_message))
        return None

    def page(self, template, user, **context):
        """The page with its forms, of which only the one that came back has errors."""
        steps = second_steps.of(user)
        self.forms["code"].fields["code"].help_text = APP_OR_CODE if steps.app else CODE
        context |= {
            "form": self.sent or next(iter(self.forms.values())),
            "forms": self.forms,
            "asks_code": steps.app is not None or steps.codes is not None,
            "passkey_question": (
                {"options": passkeys.ask_to_sign(user)} if steps.passkeys else None
            ),
        }
        return render(self.request, template, context, status=self.status)


def _second_step_used(form, user):
    if isinstance(form, PasskeyForm):
        return passkeys.read_signed(form.cleaned_data["credential"], user=user)
    return second_steps.check_code(
        user_id=user.pk, code=form.cleaned_data["code"], now=timezone.now()
    )


def _proof_given(form, user):
    if isinstance(form, ConfirmPasswordForm):
        credentials.confirm(
            user_id=user.pk, password=form.cleaned_data["password"], now=timezone.now()
        )
    else:
        _second_step_used(form, user).record_usage()
    return True
