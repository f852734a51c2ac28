"""Picking up a secure mail, by its private link, with customer number and e-mail password."""

import logging
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import origin
from accounts.message_forms import PickUpForm
from accounts.models import PrivateLink, SecureMail, SecureMailOpening
from accounts.purposes import SECURE_MAIL
from accounts.services import mail_passwords, secure_mail
from accounts.services.throttling import TooManyTries
from accounts.views.mail_frame import mail_frame
from accounts.views.private import private_address
from accounts.views.waiting import wait_text
from portal.lib import files

logger = logging.getLogger(__name__)

# How long the mail stays open in a browser after number and word were right.
OPEN_SECONDS = 30 * 60
SESSION_KEY = "open_secure_mails"


def pick_up(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """Ask for number and word; whoever knows both goes on to the mail."""
    mail = _mail(link)
    if _is_open(request, mail):
        return redirect("private-secure-mail", token=token)
    form = PickUpForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        word = _word_of(mail)
        try:
            secure_mail.pick_up(
                mail_id=mail.pk,
                number=form.cleaned_data["number"],
                password=form.cleaned_data["password"],
                address=origin.address_of(request),
                now=now,
            )
        except TooManyTries as slowed:
            form.add_error(None, wait_text(slowed.until, now))
            status = HTTPStatus.TOO_MANY_REQUESTS
        except secure_mail.WrongWord:
            form.add_error(
                None,
                _("Number and password do not belong together. Check both and try again."),
            )
        else:
            kept = request.session.get(SESSION_KEY, {})
            opened = {"until": int(now.timestamp()) + OPEN_SECONDS, "word": word}
            request.session[SESSION_KEY] = {**kept, str(mail.pk): opened}
            return redirect("private-secure-mail", token=token)
    return render(
        request, "accounts/public/secure_mail_pick_up.html", {"form": form}, status=status
    )


@private_address(SECURE_MAIL)
def letter(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The mail and its files."""
    mail = _mail(link)
    if not _is_open(request, mail):
        return redirect("private-link", token=token)
    text, _html = secure_mail.words_of(mail)
    return render(
        request,
        "accounts/public/secure_mail.html",
        {"mail": mail, "text": text, "token": token, "files": list(mail.files.order_by("pk"))},
    )


@private_address(SECURE_MAIL)
@mail_frame
def letter_frame(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The mail as it would have been sent, for a frame of the page."""
    mail = _mail(link)
    if not _is_open(request, mail):
        raise Http404
    return HttpResponse(secure_mail.words_of(mail)[1])


@private_address(SECURE_MAIL)
def letter_file(request, *, token, link, file_id):
    """One of the mail's files; that it was taken is noted."""
    mail = _mail(link)
    if not _is_open(request, mail):
        return redirect("private-link", token=token)
    kept = mail.files.select_related("file").filter(pk=file_id).first()
    if kept is None:
        raise Http404
    try:
        response = files.serve(
            request,
            kept.file.content,
            name=kept.name,
            media_type=kept.file.media_type,
            size=kept.file.size,
            sha256=kept.file.sha256,
            modified=kept.file.created_at,
        )
    except FileNotFoundError:
        logger.exception("a file is not on the disk", extra={"file_id": kept.file_id})
        raise Http404 from None
    secure_mail.note(
        mail_id=mail.pk,
        outcome=SecureMailOpening.Outcome.FILE,
        file_name=kept.name,
        address=origin.address_of(request),
        now=timezone.now(),
    )
    return response


def _mail(link):
    mail = SecureMail.objects.filter(pk=link.data["mail"]).select_related("customer").first()
    if mail is None or not secure_mail.opened(mail, now=timezone.now()):
        raise Http404
    return mail


def _is_open(request, mail):
    """Whether this browser knew the word that holds today: another one, or none, shuts the mail."""
    opened = request.session.get(SESSION_KEY, {}).get(str(mail.pk))
    return (
        opened is not None
        and opened["until"] > timezone.now().timestamp()
        and opened["word"] == _word_of(mail)
    )


def _word_of(mail):
    set_at = mail_passwords.set_at(customer_id=mail.customer_id)
    return set_at and set_at.isoformat()
