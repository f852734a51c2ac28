"""Passwords that are forgotten or changed, and the address that somebody signs in with."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import origin
from accounts.forms import ChangePasswordForm, NewEmailForm, ResetForm
from accounts.permissions import freshly_proven, own_page
from accounts.services import (
    credentials,
    sessions,
    sign_in_help,
    signing_in,
    staff_sign_in,
    throttling,
)
from accounts.views.security import trail
from accounts.views.waiting import wait_text


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request):
    """Ask for a link by mail. The answer is the same whoever has the address, or nobody."""
    form = ResetForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if form.is_valid():
        now = timezone.now()
        try:
            sign_in_help.ask_for_new_password(
                email=form.cleaned_data["email"],
                address=origin.address_of(request),
                language=translation.get_language(),
                now=now,
            )
        except throttling.TooManyTries as refusal:
            form.add_error(None, wait_text(refusal.until, now))
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            return redirect("account_reset_password_done")
    return render(request, "accounts/public/reset_password.html", {"form": form}, status=status)


@login_not_required
@require_safe
def reset_done(request):
    return render(request, "accounts/public/reset_password_done.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def change(request):
    """A new password for whoever gives the old one."""
    user = request.user
    if not user.has_usable_password():
        return redirect("mfa_index")
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=user)
    status = HTTPStatus.OK
    if form.is_valid():
        now = timezone.now()
        try:
            credentials.confirm(
                user_id=user.pk, password=form.cleaned_data["old_password"], now=now
            )
        except throttling.TooManyTries as refusal:
            form.add_error(None, wait_text(refusal.until, now))
            status = HTTPStatus.TOO_MANY_REQUESTS
        except signing_in.WrongPassword as refusal:
            form.add_error("old_password", str(refusal.user_message))
        else:
            _change(request, form.cleaned_data, now)
            messages.success(request, _("Your password is changed."))
            return redirect("mfa_index")
    return render(
        request,
        "accounts/security/change_password.html",
        {"form": form, "trail": trail()},
        status=status,
    )


@freshly_proven
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def change_email(request):
    """Ask for another address to sign in with, or give it up. The answer is always the same."""
    user, now = request.user, timezone.now()
    if staff_sign_in.leads_to_provider(user.email):
        return redirect("mfa_index")
    if "give_up" in request.POST:
        credentials.give_up_new_email(user_id=user.pk, now=now)
        messages.success(request, _("Your address stays as it is."))
        return redirect("account_change_email")
    form = NewEmailForm(request.POST if request.method == "POST" else None, user=user)
    status = HTTPStatus.OK
    if form.is_valid():
        try:
            credentials.throttle_new_email(user_id=user.pk, now=now)
        except throttling.TooManyTries as refusal:
            form.add_error(None, wait_text(refusal.until, now))
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            return _ask_for_new_email(request, form.cleaned_data["email"], now)
    return render(
        request,
        "accounts/security/change_email.html",
        {
            "form": form,
            "waiting": credentials.new_email_asked_for(user_id=user.pk, now=now),
            "trail": trail(),
        },
        status=status,
    )


def _ask_for_new_email(request, email, now):
    try:
        credentials.ask_for_new_email(
            user_id=request.user.pk,
            email=email,
            session_key=request.session.session_key,
            now=now,
        )
    except credentials.SignedOut:
        return redirect("account_login")
    return redirect("account_change_email")


def _change(request, given, now):
    """The session goes on, under a new key."""
    before = request.session.session_key
    user = credentials.change_password(
        user_id=request.user.pk,
        password=given["password"],
        session_key=before,
        ends_others=given["ends_others"],
        now=now,
    )
    update_session_auth_hash(request, user)
    sessions.moved(before=before, after=request.session.session_key)
