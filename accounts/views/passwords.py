"""Passwords that are forgotten."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import origin
from accounts.forms import ResetForm
from accounts.services import sign_in_help, throttling
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
