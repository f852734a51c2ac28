"""The pages of /office/settings/ that are about people: who gets in, and how."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.office_forms import AccessForm
from accounts.permissions import office_page
from accounts.services import account_settings


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("accounts.view_accountsettings")
def access(request):
    """Restricted customer groups, internal domains, the second step of the office."""
    may_change = request.user.has_perm("accounts.change_accountsettings")
    kept = account_settings.current()
    initial = {name: getattr(kept, name) for name in AccessForm.base_fields}
    form = AccessForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            account_settings.keep(now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The settings are saved."))
            return redirect("office:settings-access")
    return render(
        request,
        "accounts/office/access.html",
        {"form": form, "kept": kept, "may_change": may_change, "trail": settings_trail()},
    )


def settings_trail():
    return [(_("Settings"), reverse("office:settings"))]
