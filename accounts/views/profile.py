from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.permissions import own_page
from accounts.services import company


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def profile(request):
    """The person's own settings. A new language speaks at once, and on the sign-in page too."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method != "POST" or not form.is_valid():
        # The form has written what was typed on the very user that the page's bars show.
        request.user.refresh_from_db()
        return render(
            request,
            "accounts/customer/profile.html",
            {"form": form, "time_zone": company.current().time_zone},
        )

    user = form.save(commit=False)
    # What others changed in the meantime, such as the password, stays.
    user.save(update_fields=form.Meta.fields)
    with translation.override(user.language):
        messages.success(request, _("Your profile is saved."))
    response = redirect("customer:profile")
    remember_language(response, user.language)
    return response


def remember_language(response, language):
    """Let the pages of strangers speak this language in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
