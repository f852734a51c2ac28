"""The pages of /office/settings/ that are about the company and about who gets in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import CompanyForm
from accounts.models import Company, Customer
from accounts.office_forms import AccessForm
from accounts.permissions import office_page
from accounts.services import account_settings
from accounts.services import company as seller
from portal.lib import files


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
            _tell_of_empty_groups(request, form.cleaned_data["restricted_groups"])
            return redirect("office:settings-access")
    return render(
        request,
        "accounts/office/access.html",
        {"form": form, "kept": kept, "may_change": may_change, "trail": settings_trail()},
    )


def _tell_of_empty_groups(request, groups):
    """A group that nobody is in may be misspelt; it is kept, because the ERP may still bring it."""
    used = set(Customer.objects.filter(group__in=groups).values_list("group", flat=True).distinct())
    empty = [group for group in groups if group not in used]
    if empty:
        messages.warning(
            request,
            _("No customer is in these groups: %(groups)s. Is the spelling that of the ERP?")
            % {"groups": ", ".join(empty[:20])},
        )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("accounts.view_company")
def company(request):
    """The seller itself: names, address, bank, which papers are printed, the logo on them."""
    may_change = request.user.has_perm("accounts.change_company")
    kept = Company.objects.select_related("logo").first()
    state = seller.state_of(kept)
    form = CompanyForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        instance=Company.objects.first() or Company(pk=1),
    )
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if not form.is_valid():
            state = request.POST.get("based_on", "")
        elif _is_company_saved(request, form):
            return redirect("office:settings-company")
    return render(
        request,
        "accounts/office/company.html",
        {
            "form": form,
            "based_on": state,
            "has_logo": kept is not None and kept.logo is not None,
            "may_change": may_change,
            "known": _known(kept) if kept else [],
            "trail": settings_trail(),
        },
    )


def _is_company_saved(request, form):
    """Save it. What another has saved since is overwritten knowingly alone: the second time."""
    try:
        seller.change(
            company=form.instance,
            new_logo=form.cleaned_data["new_logo"],
            drop_logo=form.cleaned_data["drop_logo"],
            based_on=request.POST.get("based_on", ""),
            now=timezone.now(),
        )
    except seller.ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal.user_message))
        return False
    messages.success(request, _("The company is saved."))
    return True


@require_safe
@office_page("accounts.view_company")
def company_logo(request):
    """The picture that papers carry now."""
    kept = Company.objects.select_related("logo").first()
    if kept is None or kept.logo is None:
        raise Http404
    logo = kept.logo
    return files.serve(
        request,
        logo.content,
        name="logo",
        media_type=logo.media_type,
        size=logo.size,
        sha256=logo.sha256,
        modified=logo.created_at,
    )


def _known(kept):
    """What is filled in, for those who may only look: pairs of label and value."""
    shown = []
    for name, field in CompanyForm(instance=kept).fields.items():
        if name in CompanyForm.Meta.fields:
            value = getattr(kept, name)
            choices = dict(getattr(field, "choices", ()))
            if isinstance(value, list):
                value = ", ".join(str(choices[each]) for each in value)
            shown.append((field.label, choices.get(value, value)))
    return shown


def settings_trail():
    return [(_("Settings"), reverse("office:settings"))]
