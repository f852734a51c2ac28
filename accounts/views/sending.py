"""The page from which documents are e-mailed, whatever they are about."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.sending_forms import SendingForm
from accounts.services import sending, throttling
from accounts.services.throttling import Limit
from portal.lib import lists
from portal.lib.dates import moment_text

__all__ = ["bulk_actions", "chosen", "email_documents", "nothing_chosen"]

LIMIT = Limit(
    name="send_documents",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(hours=1),
)


def bulk_actions(*, may_send=True):
    """What a list of things with documents offers for the chosen rows."""
    return [{"label": _("E-mail documents"), "icon": "mail"}] if may_send else []


def chosen(request):
    """The keys of the rows that were chosen; what is no key is left out.

    The page that asks for recipients says so where more were chosen than can be sent at once.
    """
    keys = request.GET.getlist("chosen")
    if len(keys) > sending.MOST_SUBJECTS and request.method != "POST":
        messages.warning(
            request,
            _("Only the first %(most)s chosen rows are here. Send the others afterwards.")
            % {"most": sending.MOST_SUBJECTS},
        )
    return set(lists.chosen(keys, most=sending.MOST_SUBJECTS))


def nothing_chosen(request, route):
    """Back to the list, when nobody chose a row of it."""
    messages.info(request, _("Choose at least one row first."))
    return redirect(route)


def email_documents(request, *, source, subjects, is_office, trail, back):
    """Asks to whom the documents go, and has them sent; what has no document is named."""
    form = SendingForm(
        request.POST or None, subjects=subjects, person=request.user, is_office=is_office
    )
    if request.method == "POST" and form.is_valid() and _may_send(request, form):
        try:
            sending.ask(
                source=source,
                subjects=subjects,
                to=form.recipients(),
                asked_by=request.user,
                token=form.cleaned_data["token"],
                now=timezone.now(),
            )
        except sending.NothingToSend as refusal:
            form.add_error(None, refusal.user_message)
        else:
            _tell(request, subjects, form)
            return redirect(back)
    return render(
        request,
        "accounts/documents/email.html",
        {
            "form": form,
            "subjects": subjects,
            "can_send": any(subject.has_papers for subject in subjects),
            "trail": trail,
            "back": back,
        },
    )


def _may_send(request, form):
    """Whether the person has not sent a lot just now."""
    try:
        throttling.admit(tries={LIMIT: str(request.user.pk)}, now=timezone.now())
    except throttling.TooManyTries as refusal:
        form.add_error(
            None,
            _("You have sent a lot just now. Please go on at %(time)s.")
            % {"time": moment_text(refusal.until)},
        )
        return False
    return True


def _tell(request, subjects, form):
    going = [subject for subject in subjects if subject.has_papers]
    to = {each.email for recipients in form.recipients().values() for each in recipients}
    facts = {"count": len(going), "addresses": ", ".join(sorted(to))}
    if len(going) == 1:
        words = _("%(title)s is on its way to %(addresses)s.")
        facts["title"] = going[0].title
    else:
        words = ngettext(
            "%(count)s document is on its way to %(addresses)s.",
            "%(count)s documents are on their way to %(addresses)s.",
            len(going),
        )
    messages.success(request, words % facts)
    if without := [subject.title for subject in subjects if not subject.has_papers]:
        messages.warning(
            request, _("No documents available: %(titles)s.") % {"titles": ", ".join(without)}
        )
