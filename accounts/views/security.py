"""How a person signs in: its second steps and its open sessions."""

from io import BytesIO
from urllib.parse import quote

import segno
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import passkeys, sso
from accounts.adapter import SecondStepAdapter
from accounts.forms import CodeForm, NewPasskeyForm, PasskeyNameForm
from accounts.permissions import before_second_step, freshly_proven, own_page
from accounts.services import second_steps, sessions, staff_sign_in
from portal.lib import secrets
from portal.lib.browsers import describe

# The secret of an app that is being set up, sealed, in the session.
SECRET = "app_secret"  # noqa: S105


@before_second_step
@never_cache
@require_safe
@own_page
def overview(request):
    """What the person signs in with, and what can be changed about it."""
    steps = second_steps.of(request.user)
    return render(
        request,
        "accounts/security/overview.html",
        {
            "steps": steps,
            "passkeys": [row.wrap() for row in steps.passkeys],
            "is_needed": second_steps.is_needed(request.user),
            "provider": (sso.name() if staff_sign_in.leads_to_provider(request.user.email) else ""),
        },
    )


@before_second_step
@freshly_proven
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def add_app(request):
    """Set up an authenticator app: scan or type the secret, then type a code the app shows.

    The same secret stays for the whole set-up, so that a mistyped code needs no second scan.
    """
    if second_steps.of(request.user).app is not None:
        return redirect("mfa_index")
    secret = _secret_in_setup(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            codes = second_steps.add_app(
                user_id=request.user.pk,
                secret=secret,
                code=form.cleaned_data["code"],
                session_key=request.session.session_key,
                now=timezone.now(),
            )
        except second_steps.WrongCode as refusal:
            form.add_error("code", str(refusal.user_message))
        except second_steps.AlreadyThere:
            return redirect("mfa_index")
        else:
            del request.session[SECRET]
            messages.success(request, _("Your authenticator app is set up."))
            return _after_adding(request, codes)
    return render(
        request,
        "accounts/security/add_app.html",
        {"form": form, "secret": secret, "trail": trail()},
    )


@before_second_step
@never_cache
@require_safe
def app_picture(request):
    """The secret of the set-up as a picture for the camera of a telephone."""
    sealed = request.session.get(SECRET)
    if sealed is None:
        raise Http404
    text = SecondStepAdapter().build_totp_url(request.user, secrets.open_sealed(sealed))
    picture = BytesIO()
    segno.make(text, error="m").save(picture, kind="svg", border=4, dark="black", light="white")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@before_second_step
@freshly_proven
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def add_passkey(request):
    """Make a passkey on this device, or on one that the browser can reach."""
    initial = {"name": describe(request.headers.get("User-Agent", ""))}
    form = NewPasskeyForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            passkeys.read_created(given["credential"], signs_in_alone=given["signs_in_alone"])
            codes = second_steps.add_passkey(
                user_id=request.user.pk,
                name=given["name"],
                credential=given["credential"],
                signs_in_alone=given["signs_in_alone"],
                session_key=request.session.session_key,
                now=timezone.now(),
            )
        except (passkeys.BadPasskey, second_steps.TooManyPasskeys) as refusal:
            form.add_error(None, str(refusal.user_message))
        else:
            messages.success(request, _("Your passkey is kept."))
            return _after_adding(request, codes)
    return render(
        request,
        "accounts/security/add_passkey.html",
        {
            "form": form,
            "passkey_question": {"options": passkeys.ask_to_create(request.user)},
            "trail": trail(),
        },
    )


@freshly_proven
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def rename_passkey(request, pk):
    passkey = _own(request, pk, Authenticator.Type.WEBAUTHN)
    form = PasskeyNameForm(
        request.POST if request.method == "POST" else None, initial={"name": passkey.wrap().name}
    )
    if form.is_valid():
        second_steps.rename_passkey(
            user_id=request.user.pk, authenticator_id=pk, name=form.cleaned_data["name"]
        )
        messages.success(request, _("The new name is kept."))
        return redirect("mfa_index")
    return render(
        request, "accounts/security/rename_passkey.html", {"form": form, "trail": trail()}
    )


@freshly_proven
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def remove_passkey(request, pk):
    return _remove(request, _own(request, pk, Authenticator.Type.WEBAUTHN))


@freshly_proven
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def remove_app(request):
    app = second_steps.of(request.user).app
    return _remove(request, app) if app is not None else redirect("mfa_index")


@freshly_proven
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def recovery_codes(request):
    """Make new recovery codes and show them once, in the answer itself and nowhere else."""
    steps = second_steps.of(request.user)
    if not steps.is_there:
        return redirect("mfa_index")
    if request.method == "POST":
        return _show_codes(
            request, second_steps.new_recovery_codes(user_id=request.user.pk, now=timezone.now())
        )
    return render(request, "accounts/security/new_codes.html", {"steps": steps, "trail": trail()})


@never_cache
@require_safe
@own_page
def session_list(request):
    """Where the person is signed in."""
    rows = sessions.living(user_id=request.user.pk, now=timezone.now())
    own = request.session.session_key
    return render(
        request,
        "accounts/security/sessions.html",
        {
            "sessions": [
                {"row": row, "browser": describe(row.user_agent), "is_own": row.session_key == own}
                for row in rows
            ],
            "has_others": any(row.session_key != own for row in rows),
            "trail": trail(),
        },
    )


@require_POST
def end_session(request, pk):
    sessions.end(user_id=request.user.pk, session_id=pk, now=timezone.now())
    messages.success(request, _("Signed out there."))
    return redirect("usersessions_list")


@require_POST
def end_other_sessions(request):
    sessions.end_all(user_id=request.user.pk, but=request.session.session_key, now=timezone.now())
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("usersessions_list")


def trail():
    """The crumbs of the pages below the overview."""
    return [(_("Sign-in and security"), reverse("mfa_index"))]


def _secret_in_setup(request):
    sealed = request.session.get(SECRET)
    if sealed is not None:
        return secrets.open_sealed(sealed)
    secret = second_steps.new_secret()
    request.session[SECRET] = secrets.seal(secret)
    return secret


def _after_adding(request, codes):
    return _show_codes(request, codes) if codes else redirect("mfa_index")


def _show_codes(request, codes):
    shown = [f"{code[:4]} {code[4:]}" for code in codes]
    heading = _("Recovery codes of %(email)s") % {"email": request.user.email}
    text = "\r\n".join([heading, "", *shown, ""])
    return render(
        request,
        "accounts/security/codes.html",
        {
            "codes": shown,
            "download": f"data:text/plain;charset=utf-8,{quote(text)}",
            "trail": trail(),
        },
    )


def _own(request, pk, kind):
    row = Authenticator.objects.filter(user=request.user, pk=pk, type=kind).first()
    if row is None:
        raise Http404
    return row


def _remove(request, row):
    if request.method == "POST":
        try:
            second_steps.remove(
                user_id=request.user.pk, authenticator_id=row.pk, now=timezone.now()
            )
        except second_steps.StepNeeded as refusal:
            messages.error(request, refusal.user_message)
        except second_steps.Missing:
            pass
        else:
            messages.success(request, _("It is removed."))
        return redirect("mfa_index")
    steps = second_steps.of(request.user)
    is_last = len(steps.passkeys) + (steps.app is not None) == 1
    name = row.wrap().name if row.type == Authenticator.Type.WEBAUTHN else ""
    return render(
        request,
        "accounts/security/remove.html",
        {"name": name, "is_last": is_last, "trail": trail()},
    )
