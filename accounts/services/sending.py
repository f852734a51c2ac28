"""Sending documents by e-mail: asked for at once, written as messages when the documents are there.

A waiting row is the task: asking writes it and reads no paper, so it costs the same for one thing
and for a hundred. The worker has the papers brought that are not there, and looks again until none
is on its way. What cannot be had is named in the mail, and the others
go. Documents that are too large for one mail go in several, one that is too large for any is
reached through the portal.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.document_sources import DocumentSource, Letter, Subject, source_of
from accounts.documents import file_name
from accounts.kinds import DOCUMENTS_NOT_SENT, DOCUMENTS_SENT
from accounts.messaging import Attachment, Recipient
from accounts.models import (
    Customer,
    DocumentState,
    FiledDocument,
    OutgoingMessage,
    Sending,
    SendingItem,
    User,
)
from accounts.services import company, filing, mail_passwords, notify, papers
from accounts.states import MARKS, MessageState
from portal.lib.bells import ring
from portal.lib.errors import DomainError
from portal.lib.links import absolute

__all__ = ["MOST_ADDRESSES", "MOST_SUBJECTS", "NothingToSend", "Sent", "ask", "history", "send_due"]

logger = logging.getLogger(__name__)

SEND = "accounts.send_documents"
MOST_SUBJECTS = 100
MOST_ADDRESSES = 10
# Of the files of one mail; encoded they are a third larger, and many servers refuse 20 MB.
MOST_BYTES = 10 * 1024**2
# How long papers are waited for. Fetching and printing give up long before.
PATIENCE = timedelta(hours=1)
# What the portal itself fails on is tried again after this, doubled each time: for an hour in all.
FIRST_WAIT = timedelta(minutes=1)
MOST_FAILURES = 7

Clock = Callable[[], datetime]


class NothingToSend(DomainError):
    """None of the chosen things has a document."""

    user_message = gettext_lazy("There is no document to send.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One sending of a thing's documents, as its page shows it."""

    at: datetime
    by: str
    files: Sequence[str]
    state: str
    mark: str
    # Each: address, what became of the message, and the kind of its mark.
    to: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """What there is of one item; nothing where `files` is empty."""

    item: SendingItem
    documents: Sequence[FiledDocument]

    @property
    def is_on_its_way(self) -> bool:
        return any(
            each.state in (DocumentState.LISTED, DocumentState.WANTED) for each in self.documents
        )

    @property
    def files(self) -> list[FiledDocument]:
        return [document for document in self.documents if document.is_ready]


@transaction.atomic
def ask(
    *,
    source: DocumentSource,
    subjects: Sequence[Subject],
    to: Mapping[int, Sequence[Recipient]],
    asked_by: User,
    token: UUID,
    now: datetime,
) -> list[Sending]:
    """Have the documents of the subjects sent: one sending for each customer, to its recipients.

    `to` is by the customer's key. The same token again is the same sending. Raises NothingToSend
    when no subject has a document, unless the source has a letter of its own.
    """
    if source.letter is None and not any(subject.has_papers for subject in subjects):
        raise NothingToSend(f"nothing among {len(subjects)} {source.code}")
    customers = {subject.customer.pk: subject.customer for subject in subjects}
    asked = Sending.objects.filter(token=token, customer__in=customers).order_by("customer_id")
    there = {sending.customer_id for sending in asked}
    new = [
        Sending(
            token=token,
            customer=customer,
            source=source.code,
            recipients=[_packed(recipient) for recipient in to[customer_id]],
            asked_by=asked_by,
            asked_at=now,
        )
        for customer_id, customer in sorted(customers.items())
        if customer_id not in there
    ]
    try:
        with transaction.atomic():
            Sending.objects.bulk_create(new)
            _add_items(new, subjects)
    except IntegrityError:
        # The same form at the same moment: it asked for the same.
        if asked.all().count() != len(customers):
            raise
    ring(SEND)
    return list(asked.all())


def send_due(*, clock: Clock) -> None:
    """Write the messages of every sending whose documents are there, the longest waiting first."""
    due = Q(try_after=None) | Q(try_after__lte=clock())
    waiting = Sending.objects.filter(due, state=Sending.State.WAITING).order_by("asked_at", "pk")
    for sending_id in list(waiting.values_list("pk", flat=True)):
        try:
            _send(sending_id, now=clock())
        except Exception:
            logger.exception("documents cannot be sent", extra={"sending_id": sending_id})
            _put_off(sending_id, now=clock())


def history(*, sources: Collection[str], object_id: int, names_staff: bool = False) -> list[Sent]:
    """Every sending of a thing's documents by these sources, newest first. Two queries.

    Of what the office sent a customer reads the company's name, and the office who it was.
    """
    items = (
        SendingItem.objects.filter(source__in=sources, object_id=object_id)
        .select_related("sending", "sending__asked_by")
        .prefetch_related("sending__messages")
        .order_by("-sending__asked_at", "-pk")
    )
    return [_sent(item, names_staff=names_staff) for item in items]


def _add_items(sendings: Sequence[Sending], subjects: Iterable[Subject]) -> None:
    """Remember what is to be sent."""
    of_customer = {sending.customer_id: sending for sending in sendings}
    items = []
    for subject in sorted(subjects, key=lambda subject: subject.object_id):
        sending = of_customer.get(subject.customer.pk)
        if sending is None:
            continue
        with translation.override(papers.language_of(subject.customer)):
            title = subject.title[:120]
        items.append(
            SendingItem(
                sending=sending,
                source=sending.source,
                object_id=subject.object_id,
                occasion_id=subject.occasion_id,
                number=subject.number,
                title=title,
            )
        )
    SendingItem.objects.bulk_create(items)


@transaction.atomic
def _want_papers(sending: Sending, source: DocumentSource, *, now: datetime) -> bool:
    """Have the papers brought that are not there: locks the things, then the documents.

    Once for each sending; False where another worker is at it.
    """
    locked = Sending.objects.locked().filter(pk=sending.pk, wanted_at=None).first()
    if locked is None:
        return False
    documents = [
        document
        for object_id in locked.items.order_by("object_id").values_list("object_id", flat=True)
        for document in source.papers(object_id, now)
    ]
    for document in sorted(documents, key=lambda document: document.pk):
        filing.want_again(type(document), document_id=document.pk, now=now)
    locked.wanted_at = now
    locked.save(update_fields=["wanted_at"])
    return True


def _send(sending_id: int, *, now: datetime) -> None:
    sending = Sending.objects.select_related("customer", "asked_by").get(pk=sending_id)
    source = source_of(sending.source)
    if sending.wanted_at is None and not _want_papers(sending, source, now=now):
        return
    found = [
        _Found(item=item, documents=source.papers(item.object_id, now))
        for item in sending.items.order_by("pk")
    ]
    if any(each.is_on_its_way for each in found) and now - sending.asked_at < PATIENCE:
        return
    with transaction.atomic():
        waiting = Sending.objects.locked().filter(pk=sending_id, state=Sending.State.WAITING)
        if waiting.first() is None:
            return
        if source.is_due is not None:
            found = [each for each in found if source.is_due(each.item.object_id)]
            if not found:
                _end(sending, Sending.State.FAILED, now)
                return
        there = [each for each in found if each.files]
        if there or source.letter is not None:
            if source.letter is not None:
                messages = _write_letter(sending, source.letter, source, found[0], now=now)
            else:
                missing = [each.item.title for each in found if not each.files]
                messages = _write(sending, source, there, missing, now=now)
            sending.messages.set(messages)
            for each in there:
                each.item.files = [file_name(document)[:200] for document in each.files]
                each.item.save(update_fields=["files"])
            if source.sent is not None:
                source.sent([document for each in there for document in each.files], now)
            _end(sending, Sending.State.SENT, now)
        else:
            _tell_that_nothing_went(sending, now=now)
            _end(sending, Sending.State.FAILED, now)


def _write_letter(
    sending: Sending,
    letter_of: Callable[[SendingItem, Sequence[FiledDocument], datetime], Letter],
    source: DocumentSource,
    found: _Found,
    *,
    now: datetime,
) -> list[OutgoingMessage]:
    """The source's own words to each recipient, with the papers that are small enough."""
    letter = letter_of(found.item, found.files, now)
    attachments = [
        Attachment(file=each.file, name=_named(each, sending.customer))
        for each in found.files
        if each.file is not None and _size(each) <= MOST_BYTES
    ]
    return notify.compose(
        letter.kind,
        to=[Recipient(**each) for each in sending.recipients],
        context=letter.context,
        customer_id=sending.customer_id,
        attachments=attachments,
        thread=_thread(source, [found]),
        now=now,
    )


def _write(
    sending: Sending,
    source: DocumentSource,
    found: Sequence[_Found],
    missing: Sequence[str],
    *,
    now: datetime,
) -> list[OutgoingMessage]:
    """One mail, or several where the files are too large for one, to each recipient."""
    with translation.override(papers.language_of(sending.customer)):
        documents = [document for each in found for document in each.files]
        names = {document.pk: file_name(document) for document in documents}
    # A mail that is picked up may be of any size.
    is_secure = mail_passwords.is_set(customer_id=sending.customer_id)
    small = [each for each in documents if is_secure or _size(each) <= MOST_BYTES]
    linked = [each for each in documents if each not in small]
    mails = [small] if is_secure else [*_by_size(small)] or [[]]
    messages = []
    for place, files in enumerate(mails, start=1):
        rows: list[tuple[Any, Any]] = [(names[each.pk], gettext_lazy("attached")) for each in files]
        if place == 1:
            rows += [(names[each.pk], gettext_lazy("in the portal")) for each in linked]
            rows += [(title, gettext_lazy("could not be had")) for title in missing]
        messages += notify.compose(
            DOCUMENTS_SENT,
            to=[Recipient(**each) for each in sending.recipients],
            context={
                "what": _what(names, len(documents)),
                "sender": _sender(sending),
                "customer": str(sending.customer),
                "documents": rows,
                "part": _part(place, len(mails)),
                "link": _link(sending, source, found),
            },
            customer_id=sending.customer_id,
            attachments=[
                Attachment(file=each.file, name=names[each.pk])
                for each in files
                if each.file is not None
            ],
            thread=_thread(source, found),
            now=now,
        )
    return messages


def _tell_that_nothing_went(sending: Sending, *, now: datetime) -> None:
    notify.compose(
        DOCUMENTS_NOT_SENT,
        to=[Recipient.of(sending.asked_by)],
        context={
            "customer": str(sending.customer),
            "documents": [
                (item.title, gettext_lazy("could not be had")) for item in sending.items.all()
            ],
        },
        customer_id=sending.customer_id,
        now=now,
    )


@transaction.atomic
def _put_off(sending_id: int, *, now: datetime) -> None:
    """Try a sending that the portal fails on later; at the end of its tries the person is told."""
    sending = Sending.objects.locked().filter(pk=sending_id, state=Sending.State.WAITING).first()
    if sending is None:
        return
    sending.failures += 1
    sending.try_after = now + FIRST_WAIT * 2 ** (sending.failures - 1)
    sending.save(update_fields=["failures", "try_after"])
    if sending.failures >= MOST_FAILURES:
        try:
            with transaction.atomic():
                _tell_that_nothing_went(sending, now=now)
        except Exception:
            logger.exception("nobody can be told", extra={"sending_id": sending_id})
        _end(sending, Sending.State.FAILED, now)


def _end(sending: Sending, state: Sending.State, now: datetime) -> None:
    sending.state = state
    sending.ended_at = now
    sending.save(update_fields=["state", "ended_at"])


def _by_size(documents: Sequence[FiledDocument]) -> Iterable[list[FiledDocument]]:
    """The documents in their order, in parts that are small enough for one mail."""
    part: list[FiledDocument] = []
    total = 0
    for document in documents:
        if part and total + _size(document) > MOST_BYTES:
            yield part
            part, total = [], 0
        part.append(document)
        total += _size(document)
    if part:
        yield part


def _size(document: FiledDocument) -> int:
    return document.file.size if document.file is not None else 0


def _named(document: FiledDocument, customer: Customer) -> str:
    """The file's name in the language of the paper, else of the customer."""
    with translation.override(document.language or papers.language_of(customer)):
        return file_name(document)


def _what(names: Mapping[int, str], count: int) -> Callable[[], str]:
    """What the mail brings, in the recipient's language."""
    name = next(iter(names.values())).rpartition(".")[0]
    return lambda: (
        name
        if count == 1
        else ngettext("%(count)s document", "%(count)s documents", count) % {"count": count}
    )


def _part(place: int, count: int) -> Callable[[], str]:
    return lambda: (
        _("This is mail %(place)s of %(count)s.") % {"place": place, "count": count}
        if count > 1
        else ""
    )


def _sender(sending: Sending) -> str:
    person = sending.asked_by
    return company.current().name if person.is_staff else person.get_full_name()


def _link(sending: Sending, source: DocumentSource, found: Sequence[_Found]) -> str:
    if len(found) == 1:
        return absolute(reverse(source.page, args=[found[0].item.number]))
    return absolute(reverse(source.pages))


def _thread(source: DocumentSource, found: Sequence[_Found]) -> str:
    """Mails of one thing stay together; those of several belong to none."""
    return f"{source.thing}-{found[0].item.number}" if len(found) == 1 else ""


def _packed(recipient: Recipient) -> dict[str, Any]:
    return {
        "email": recipient.email,
        "name": recipient.name,
        "language": recipient.language,
        "phone": recipient.phone,
        "user_id": recipient.user_id,
    }


def _sent(item: SendingItem, *, names_staff: bool) -> Sent:
    sending = item.sending
    state = Sending.State(sending.state)
    to = [
        (each.recipient_address, str(each.get_state_display()), MARKS[MessageState(each.state)])
        for each in sorted(sending.messages.all(), key=lambda message: message.pk)
    ] or [(each["email"], "", "") for each in sending.recipients]
    return Sent(
        at=sending.asked_at,
        by=sending.asked_by.get_full_name() if names_staff else _sender(sending),
        files=item.files,
        state=str(state.label),
        mark={"waiting": "wait", "sent": "done", "failed": "stop"}[state],
        to=to,
    )
