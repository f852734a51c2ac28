"""Writing messages to people, in the transaction of what they tell of. The worker sends them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_noop

from accounts.channels import Channel
from accounts.kinds import SECURE_MAIL_WAITS
from accounts.messaging import Attachment, MessageKind, Recipient
from accounts.models import MessageAttachment, OutgoingMessage
from accounts.services import company, mail_passwords, message_choices, secure_mail, wordings
from accounts.states import MessageState
from portal.lib.bells import ring
from portal.lib.secrets import seal

__all__ = ["RETRIED_FOR", "SEND", "compose"]

SEND = "accounts.send_messages"
# How long a message is tried before it needs a person.
RETRIED_FOR = timedelta(days=3)
NO_ADDRESS = gettext_noop("Nothing can be sent to this address.")


def compose(
    kind: MessageKind,
    *,
    to: Sequence[Recipient],
    context: Mapping[str, Any],
    customer_id: int | None = None,
    attachments: Sequence[Attachment] = (),
    thread: str = "",
    expires_at: datetime | None = None,
    now: datetime,
) -> list[OutgoingMessage]:
    """Write one message for each recipient and channel, in the recipient's language.

    Of an optional kind, users are told by the channels they have chosen.

    Runs in the caller's transaction: the messages are there if and only if what they tell of is.
    An address that nothing can be sent to makes a failed message, so that the office sees it and
    the caller's work goes on. Messages of one `thread` (a short name of a thing, such as
    "order-10248") are shown together by mail programs. After `expires_at` a message that is still
    waiting is not sent any more. Raises WrongContext when the context does not fit the kind.

    With attachments, a mail to a customer that has an e-mail password waits here to be picked up
    (`secure_mail`), and what is sent says so, by text message too where the office wants it.
    """
    if attachments and customer_id is not None and mail_passwords.is_set(customer_id=customer_id):
        return _compose_secure(kind, to, context, customer_id, attachments, thread, now)
    composed = list(_composed(kind, to, context, customer_id, thread, expires_at, now))
    OutgoingMessage.objects.bulk_create(composed)
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message=message, file=attachment.file, name=_one_line(attachment.name))
        for message in composed
        for attachment in attachments
    )
    if composed:
        ring(SEND)
    return composed


def _compose_secure(
    kind: MessageKind,
    to: Sequence[Recipient],
    context: Mapping[str, Any],
    customer_id: int,
    attachments: Sequence[Attachment],
    thread: str,
    now: datetime,
) -> list[OutgoingMessage]:
    """Lay the mails down and send notices of them. Other channels than e-mail carry no files."""
    notices = []
    for channel in message_choices.channels_of(kind):
        if channel.code != "email":
            continue
        for address, recipient in _reached(kind, channel, to).items():
            letter = _message(
                kind, channel, recipient, address, context, customer_id=customer_id, now=now
            )
            mail, link = secure_mail.lay_down(
                letter, customer_id=customer_id, attachments=attachments, now=now
            )
            sent = compose(
                SECURE_MAIL_WAITS,
                to=[recipient],
                context={"link": link, "subject": mail.subject, "kept_until": mail.expires_at},
                customer_id=customer_id,
                thread=thread,
                expires_at=mail.expires_at,
                now=now,
            )
            mail.notice = next((each for each in sent if each.channel == "email"), None)
            mail.save(update_fields=["notice"])
            notices.extend(sent)
    return notices


def _composed(
    kind: MessageKind,
    to: Sequence[Recipient],
    context: Mapping[str, Any],
    customer_id: int | None,
    thread: str,
    expires_at: datetime | None,
    now: datetime,
) -> Iterator[OutgoingMessage]:
    for channel in message_choices.channels_of(kind):
        for address, recipient in _reached(kind, channel, to).items():
            yield _message(
                kind,
                channel,
                recipient,
                address,
                context,
                customer_id=customer_id,
                thread=thread,
                expires_at=expires_at,
                now=now,
            )


def _reached(kind: MessageKind, channel: Channel, to: Sequence[Recipient]) -> dict[str, Recipient]:
    """Who gets it by this channel, each address once: users as they have chosen, others always."""
    users = {recipient.user_id for recipient in to if recipient.user_id is not None}
    wanting = message_choices.who_wants(kind, channel=channel, user_ids=users)
    reached: dict[str, Recipient] = {}
    for recipient in to:
        if recipient.user_id is not None and recipient.user_id not in wanting:
            continue
        if address := _one_line(channel.address_of(recipient)):
            reached.setdefault(address, recipient)
    return reached


def _message(
    kind: MessageKind,
    channel: Channel,
    to: Recipient,
    address: str,
    context: Mapping[str, Any],
    *,
    now: datetime,
    **fields: Any,
) -> OutgoingMessage:
    language = (
        to.language if to.language in dict(settings.LANGUAGES) else company.current().language
    )
    words = wordings.in_force(kind, channel=channel.code, parts=channel.parts, language=language)
    letter = wordings.write(kind, to=to, words=words, language=language, context=context)
    with translation.override(language):
        written = channel.write(letter)
    is_possible = channel.is_address(address)
    return OutgoingMessage(
        kind=kind.code,
        channel=channel.code,
        user_id=to.user_id,
        recipient_name=_one_line(to.name)[:200],
        recipient_address=address[:254],
        language=language,
        subject=written.subject[:250],
        body_text=written.text,
        body_html=written.html,
        sealed_links=seal(json.dumps(letter.secrets)) if letter.secrets else "",
        state=MessageState.QUEUED if is_possible else MessageState.FAILED,
        failure="" if is_possible else NO_ADDRESS,
        due_at=now,
        retry_until=now + RETRIED_FOR,
        created_at=now,
        **fields,
    )


def _one_line(text: str) -> str:
    """What may stand in a header: no control characters, each run of white space one space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
