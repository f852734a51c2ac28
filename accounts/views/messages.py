"""The log of messages: what was said to whom, what became of it, and another try."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.channels import channel_of
from accounts.documents import DocumentLine
from accounts.message_filters import ORDERINGS, MessageFilter
from accounts.messaging import kind_of, label_of
from accounts.models import ChannelRest, OutgoingMessage
from accounts.permissions import office_page
from accounts.services import message_log
from accounts.states import MessageState
from accounts.views.mail_frame import mail_frame
from portal.lib import files, lists
from portal.lib.dates import moment_text

VIEW = "accounts.view_outgoingmessage"
CHANGE = "accounts.change_outgoingmessage"
MOST_AT_ONCE = 500


@require_safe
@office_page(VIEW)
def message_list(request):
    listing = lists.read(
        request,
        MessageFilter(request.GET, OutgoingMessage.objects.all()),
        orderings=ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=_rows,
    )
    for message in listing.rows:
        message.kind_label = label_of(message.kind)
    return lists.respond(
        request,
        listing,
        page="accounts/office/message_list.html",
        results="accounts/office/_message_results.html",
        context={"rests": _rests(), "bulk_actions": _bulk_actions(request), "here": listing.here()},
    )


@require_safe
@office_page(VIEW)
def message_page(request, message_id):
    message = _message(message_id)
    kind = kind_of(message.kind)
    tries = list(message.tries.order_by("-at", "-pk"))
    for each in tries:
        each.words = _in_words(each.answer)
    return render(
        request,
        "accounts/office/message.html",
        {
            "message": message,
            "kind_label": label_of(message.kind),
            "channel_label": _channel_label(message.channel),
            "facts": [
                (_("Name"), message.recipient_name),
                (_("Address"), message.recipient_address),
                (_("Language"), dict(settings.LANGUAGES).get(message.language, message.language)),
                (_("Customer"), message.customer or ""),
            ],
            "documents": [_attached(message, each) for each in _attachments(message)],
            "tries": tries,
            "openings": _openings(message),
            "next_try": message.due_at if message.state == MessageState.QUEUED else None,
            "failure": _in_words(message.failure),
            "failure_tone": "bad" if message.state == MessageState.FAILED else "",
            "has_private_link": kind is not None
            and any(placeholder.is_private for placeholder in kind.placeholders.values()),
            "may_change": request.user.has_perm(CHANGE),
            "trail": [(_("Messages"), reverse("office:message-list"))],
        },
    )


@require_safe
@office_page(VIEW)
@mail_frame
def message_body(request, message_id):
    """The mail as its reader sees it, for the frame in its page."""
    message = _message(message_id)
    if not message.body_html:
        raise Http404
    return HttpResponse(message.body_html)


@require_safe
@office_page(VIEW)
def attachment(request, message_id, attachment_id):
    found = get_object_or_404(_attachments(_message(message_id)), pk=attachment_id)
    try:
        return files.serve(
            request,
            found.file.content,
            name=found.name,
            media_type=found.file.media_type,
            size=found.file.size,
            sha256=found.file.sha256,
            modified=found.file.created_at,
        )
    except FileNotFoundError:
        raise Http404 from None


@require_POST
@office_page(CHANGE)
def act(request):
    """Tries the chosen messages again, or cancels them: `do` says which."""
    keys = lists.chosen(request.POST.getlist("chosen"), most=MOST_AT_ONCE)
    chosen = OutgoingMessage.objects.filter(pk__in=keys).order_by("pk")
    match request.POST.get("do"):
        case "again":
            _try_again(request, chosen)
        case "cancel":
            _cancel(request, chosen)
        case _:
            raise Http404
    return lists.back(request, otherwise="office:message-list")


def _try_again(request, chosen):
    queued = useless = 0
    for message in chosen:
        try:
            message_log.try_again(message_id=message.pk, now=timezone.now())
        except message_log.NoUse:
            useless += 1
        else:
            queued += message.can_be_retried
    if queued:
        text = ngettext(
            "%(count)s message will be sent.", "%(count)s messages will be sent.", queued
        )
        messages.success(request, text % {"count": queued})
    if useless:
        text = ngettext(
            "%(count)s message stays: it has no good address, or what it says has ended.",
            "%(count)s messages stay: they have no good address, or what they say has ended.",
            useless,
        )
        messages.warning(request, text % {"count": useless})
    if not queued and not useless:
        messages.info(request, _("Only messages that were not sent can be tried again."))


def _cancel(request, chosen):
    cancelled = 0
    for message in chosen:
        message_log.cancel(message_id=message.pk, now=timezone.now())
        cancelled += message.can_be_cancelled
    if cancelled:
        text = ngettext(
            "%(count)s message is cancelled.", "%(count)s messages are cancelled.", cancelled
        )
        messages.success(request, text % {"count": cancelled})
    else:
        messages.info(request, _("Only messages that wait or were not sent can be cancelled."))


def _rows(queryset):
    """What a row shows; the words are long and stay where they are."""
    return queryset.select_related("customer").defer("body_text", "body_html", "sealed_links")


def _message(message_id):
    return get_object_or_404(
        OutgoingMessage.objects.select_related("customer", "user"), pk=message_id
    )


def _attachments(message):
    return message.attachments.select_related("file").order_by("pk")


def _attached(message, attachment):
    return DocumentLine(
        title=attachment.name,
        note=filesizeformat(attachment.file.size),
        href=reverse("office:message-file", args=[message.pk, attachment.pk]),
    )


def _in_words(answer):
    """What a server said as it said it; sentences of our own in the reader's language."""
    return _(answer) if answer else ""


def _openings(message):
    """Who came for the secure mail that this message tells of, newest first; at most a hundred."""
    mail = message.secure_mails.first()
    return list(mail.openings.order_by("-at", "-pk")[:100]) if mail else None


def _channel_label(code):
    channel = channel_of(code)
    return channel.label if channel else code


def _rests():
    """The channels that cannot be reached now."""
    return [
        {
            "label": _channel_label(rest.channel),
            "since": moment_text(rest.failing_since),
            "failure": rest.failure,
        }
        for rest in ChannelRest.objects.order_by("channel")
    ]


def _bulk_actions(request):
    if not request.user.has_perm(CHANGE):
        return []
    return [
        {"label": _("Try again"), "icon": "refresh-cw", "name": "do", "value": "again"},
        {"label": _("Cancel"), "icon": "x", "name": "do", "value": "cancel"},
    ]
