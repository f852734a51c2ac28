"""Text messages: in which situations they are sent, and whether the service works."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.channels.sms import is_configured
from accounts.kinds import SMS_TEST
from accounts.message_forms import NumberForm, SituationsForm
from accounts.messaging import Recipient
from accounts.permissions import office_page
from accounts.services import account_settings, notify
from accounts.views.office_settings import settings_trail


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("accounts.view_accountsettings")
def sms(request):
    """In which situations people are told by SMS too."""
    form = SituationsForm(
        request.POST if request.method == "POST" else None,
        initial={"situations": account_settings.current().sms_situations},
    )
    if request.method == "POST":
        if not request.user.has_perm("accounts.change_accountsettings"):
            raise PermissionDenied
        if form.is_valid():
            account_settings.keep(
                now=timezone.now(), sms_situations=sorted(form.cleaned_data["situations"])
            )
            messages.success(request, _("The settings are saved."))
            return redirect("office:settings-sms")
    return _page(request, form, NumberForm(initial={"number": request.user.phone}))


@require_POST
@office_page("accounts.change_accountsettings")
def sms_test(request):
    """Send a message to a number; what became of it stands in the log of messages."""
    if not is_configured():
        raise Http404
    form = NumberForm(request.POST)
    if not form.is_valid():
        kept = account_settings.current().sms_situations
        return _page(request, SituationsForm(initial={"situations": kept}), form)
    (message,) = notify.compose(
        SMS_TEST,
        to=[
            Recipient(
                phone=form.cleaned_data["number"],
                name=request.user.get_full_name(),
                language=request.user.language,
            )
        ],
        context={},
        now=timezone.now(),
    )
    messages.success(request, _("A test is on its way. This page shows what became of it."))
    if request.user.has_perm("accounts.view_outgoingmessage"):
        return redirect("office:message-page", message.pk)
    return redirect("office:settings-sms")


def _page(request, form, number_form):
    return render(
        request,
        "accounts/office/sms.html",
        {
            "form": number_form if number_form.is_bound else form,
            "situations_form": form,
            "number_form": number_form,
            "is_configured": is_configured(),
            "may_change": request.user.has_perm("accounts.change_accountsettings"),
            "trail": settings_trail(),
        },
    )
