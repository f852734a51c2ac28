"""The office's own words for messages: which there are, writing them, seeing them before."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.channels import channel_of, registered
from accounts.message_forms import LABELS, WordsForm
from accounts.messaging import Recipient, every_kind, kind_of
from accounts.models import MessageWording
from accounts.permissions import office_page
from accounts.services import editing_words, wordings
from accounts.services.word_faults import allowed_in, faults_of, required_in
from accounts.views.mail_frame import mail_frame
from accounts.views.office_settings import settings_trail

VIEW = "accounts.view_messagewording"
CHANGE = "accounts.change_messagewording"
VERSIONS_SHOWN = 20
LANGUAGES = dict(settings.LANGUAGES)


@require_safe
@office_page(VIEW)
def text_list(request):
    """Every kind by channel, with a link for each language that says whose words they are."""
    edited = {
        (each.kind, each.channel, each.language): each
        for each in MessageWording.objects.order_by(
            "kind", "channel", "language", "-version"
        ).distinct("kind", "channel", "language")
        if not each.is_original
    }
    rows = [
        {
            "label": kind.label,
            "channel": channel.label,
            "texts": [_cell(kind, channel, language, edited) for language in LANGUAGES],
        }
        for kind in sorted(every_kind(), key=lambda kind: str(kind.label))
        for channel in registered()
        if channel.code in kind.channels
    ]
    return render(
        request,
        "accounts/office/message_texts.html",
        {
            "rows": rows,
            "languages": [name for code, name in settings.LANGUAGES],
            "trail": settings_trail(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def words(request, kind, channel, language):
    """The words of one kind in one language; `version` in the address opens an earlier one."""
    kind, channel = _found(kind, channel, language)
    may_change = request.user.has_perm(CHANGE)
    newest = editing_words.newest(kind, channel=channel, language=language)
    originals = wordings.originals(kind, language, channel.parts)
    opened = _opened(request, kind, channel, language) or newest
    shown = opened.words if opened and not opened.is_original else originals
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        initial={**shown, "based_on": newest.version if newest else 0},
        kind=kind,
        originals=originals,
    )
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if _is_saved(request, form, kind, channel, language):
            return redirect(request.path)
    return render(
        request,
        "accounts/office/message_text.html",
        {
            "form": form,
            "kind": kind,
            "channel": channel,
            "language": language,
            "language_name": LANGUAGES[language],
            "tabs": [
                (name, _address(kind, channel, code), code) for code, name in LANGUAGES.items()
            ],
            "placeholders": _placeholders(kind, channel, originals),
            "originals": [(LABELS[part], originals[part]) for part in channel.parts],
            "words": [(LABELS[part], shown.get(part, "")) for part in channel.parts],
            "is_edited": newest is not None and not newest.is_original,
            "is_unusable": newest is not None
            and not newest.is_original
            and any(faults_of(kind, newest.words, originals=originals).values()),
            "opened": opened,
            "newest": newest,
            "versions": _versions(kind, channel, language),
            "may_change": may_change,
            "trail": [*settings_trail(), (_("Messages"), reverse("office:settings-messages"))],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
@mail_frame
def preview(request, kind, channel, language):
    """The words filled in with an example, for the frame beside the form; saves nothing.

    A POST shows what is in the form, or what is wrong with it; `as` asks for the plain text.
    """
    kind, channel = _found(kind, channel, language)
    originals = wordings.originals(kind, language, channel.parts)
    words = wordings.in_force(kind, channel=channel.code, parts=channel.parts, language=language)
    if request.method == "POST":
        form = WordsForm(request.POST, kind=kind, originals=originals)
        form.is_valid()
        words = form.words
        if any(form.faults.values()):
            faults = [(LABELS[part], each) for part, each in form.faults.items() if each]
            return render(request, "messages/faults.html", {"faults": faults})
    letter = wordings.write(
        kind,
        to=Recipient(name=request.user.get_full_name(), user_id=request.user.pk),
        words=words,
        language=language,
        context=kind.sample(),
    )
    with translation.override(language):
        written = channel.write(letter)
    if written.html and request.POST.get("as") != "text":
        return HttpResponse(written.html)
    text = f"{written.subject}\n\n{written.text}".lstrip()
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _is_saved(request, form, kind, channel, language):
    """Save the words, or go back to the original; what prevents it is told in the form."""
    takes_back = "take_back" in request.POST
    if not form.is_valid() and not (takes_back and "based_on" not in form.errors):
        return False
    where = {"channel": channel, "language": language, "now": timezone.now()}
    where["based_on"] = form.cleaned_data["based_on"]
    try:
        if takes_back:
            editing_words.take_back(kind, **where)
            messages.success(request, _("The original words are used again."))
        else:
            editing_words.keep(kind, words=form.words, **where)
            messages.success(request, _("The words are saved and used from now on."))
    except editing_words.ChangedMeanwhile as error:
        form.add_error(None, error.user_message)
        # What is there now may be overwritten, but only knowingly.
        newest = editing_words.newest(kind, channel=channel, language=language)
        form.data = {**form.data.dict(), "based_on": newest.version if newest else 0}
        return False
    return True


def _found(kind_code, channel_code, language):
    kind, channel = kind_of(kind_code), channel_of(channel_code)
    if kind is None or channel is None or channel_code not in kind.channels:
        raise Http404
    if language not in LANGUAGES:
        raise Http404
    return kind, channel


def _opened(request, kind, channel, language):
    """The earlier version that the address names, if there is one."""
    version = request.GET.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return None
    return MessageWording.objects.filter(
        kind=kind.code, channel=channel.code, language=language, version=int(version)
    ).first()


def _versions(kind, channel, language):
    """The newest versions, with who saved them."""
    found = MessageWording.objects.filter(
        kind=kind.code, channel=channel.code, language=language
    ).select_related("saved_by")
    return list(found.order_by("-version")[:VERSIONS_SHOWN])


def _placeholders(kind, channel, originals):
    """What may be written for which value, with what has to stay."""
    required = {name for part in channel.parts for name in required_in(kind, originals[part])}
    return [
        {
            "code": f"{{{{ {name} }}}}",
            "label": placeholder.label,
            "is_required": name in required,
            "only_in_body": name not in allowed_in(kind, "subject"),
        }
        for name, placeholder in kind.allowed.items()
    ]


def _address(kind, channel, language):
    return reverse("office:settings-message", args=[kind.code, channel.code, language])


def _cell(kind, channel, language, edited):
    each = edited.get((kind.code, channel.code, language))
    return {
        "href": _address(kind, channel, language),
        "language": LANGUAGES[language],
        "is_edited": each is not None,
    }
