"""The page that the link of an invitation opens: it shows by GET, and acts by POST alone."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.colleague_forms import JoinForm
from accounts.models import PrivateLink, User
from accounts.permissions import make_active
from accounts.sections import rights_in_words
from accounts.services import inviting
from accounts.views.entering import enter
from portal.lib.dates import moment_text


def invitation(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """Accept an invitation: at once for whoever has a user, with name and password for others.

    Whoever is signed in as somebody else is asked to sign out first, so that nobody takes what is
    meant for another person.
    """
    offered = inviting.of_link(link)
    person = User.objects.filter(email=offered.email).first()
    objection = inviting.objection_to_accepting(offered, customer=offered.customer)
    is_other = request.user.is_authenticated and request.user.pk != getattr(person, "pk", None)
    if objection is not None:
        return _page(request, offered, objection=objection, status=HTTPStatus.CONFLICT)
    if is_other:
        if "sign_out" in request.POST:
            logout(request)
            return redirect(request.path)
        status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
        return _page(request, offered, is_other=True, status=status)

    joins = inviting.needs_password(person)
    form = JoinForm(request.POST or None, person=offered) if joins else None
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return _page(request, offered, form=form)
    try:
        user = inviting.accept(
            token=token,
            **(form.cleaned_data if form is not None else {}),
            language=translation.get_language(),
            now=timezone.now(),
        )
    except inviting.CannotInvite as refusal:
        return _page(request, offered, objection=refusal, status=HTTPStatus.CONFLICT)
    return _on(request, offered, user, joins=joins)


def _on(request, offered, user, *, joins):
    """In, where the link is enough for that; else to the sign-in, with a word on what is new."""
    messages.success(
        request,
        _("You are a member of %(number)s %(name)s now.")
        % {"number": offered.customer.number, "name": offered.customer.name},
    )
    if request.user.is_authenticated:
        make_active(request, offered.customer)
        return redirect("customer:home")
    if joins:
        return enter(request, user, method="invitation")
    return redirect("account_login")


def _rights(offered):
    rights = rights_in_words(offered.sections, is_admin=offered.is_admin)
    if offered.covers_family and offered.customer.family_id is not None:
        return _("%(rights)s; at every customer of the family") % {"rights": rights}
    return rights


def _page(request, offered, *, status=HTTPStatus.OK, objection=None, is_other=False, form=None):
    return render(
        request,
        "accounts/public/invitation.html",
        {
            "invitation": offered,
            "inviter": inviting.inviter_of(offered),
            "facts": [
                (pgettext("invitation", "For"), offered.email),
                (_("Customer"), str(offered.customer)),
                (_("What you may do"), _rights(offered)),
                (pgettext("invitation", "Until"), moment_text(offered.expires_at)),
            ],
            "refusal": objection.user_message if objection else "",
            "is_other": is_other,
            "form": form,
        },
        status=status,
    )
