"""What a person wants to be told, and by which channel."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.message_forms import ChoicesForm
from accounts.messaging import Recipient
from accounts.permissions import own_page
from accounts.services import message_choices


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def choices(request):
    """Every mail leads here. What cannot be switched off is listed too, with the reason."""
    kinds = message_choices.kinds_for(request.user)
    optional = [kind for kind in kinds if kind.is_optional]
    form = ChoicesForm(
        request.POST if request.method == "POST" else None, user=request.user, kinds=optional
    )
    if request.method == "POST" and form.is_valid():
        message_choices.keep(user_id=request.user.pk, choices=form.choices)
        messages.success(request, _("Your choice is saved."))
        return redirect("customer:message-choices")
    myself = Recipient.of(request.user)
    return render(
        request,
        "accounts/customer/message_choices.html",
        {
            "form": form,
            "fixed": [
                {"label": kind.label, "channels": _channels(kind), "why": kind.fixed_because}
                for kind in kinds
                if not kind.is_optional
            ],
            "addresses": [
                (channel.label, channel.address_of(myself) or _("none yet"))
                for channel in sorted(
                    {each for kind in kinds for each in message_choices.channels_of(kind)},
                    key=lambda channel: channel.code,
                )
            ],
            "trail": [(_("Profile"), reverse("customer:profile"))],
        },
    )


def _channels(kind):
    return ", ".join(str(channel.label) for channel in message_choices.channels_of(kind))
