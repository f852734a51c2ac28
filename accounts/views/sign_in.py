"""Leaving. Signing in is allauth's view with the portal's form and template."""

from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


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
