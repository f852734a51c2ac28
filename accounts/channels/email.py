"""E-mail: HTML and plain text in one message, over one SMTP connection for as long as it lasts."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.utils import formataddr
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.channels.port import (
    LONGEST,
    NoAnswer,
    Parcel,
    RefusedForGood,
    RefusedForNow,
    Unreachable,
    Written,
)
from accounts.messaging import MessageKind, Recipient
from accounts.models import Company
from accounts.services import company
from accounts.services.wordings import Letter
from portal.lib.links import absolute
from portal.lib.wording import Block, in_plain_text, wrapped

__all__ = ["EmailChannel"]

_TEMPORARY = range(400, 500)


class EmailChannel:
    code = "email"
    label: Any = gettext_lazy("E-mail")
    parts: tuple[str, ...] = ("subject", "body")

    is_on_by_itself = True

    def is_offered(self, kind: MessageKind) -> bool:
        return True

    def address_of(self, recipient: Recipient) -> str:
        return recipient.email

    def is_address(self, address: str) -> bool:
        try:
            validate_email(address)
        except ValidationError:
            return False
        return True

    def write(self, letter: Letter) -> Written:
        seller = company.current()
        place = f"{seller.postal_code} {seller.city}".strip()
        context: dict[str, Any] = {
            "subject": letter.line("subject"),
            "blocks": letter.blocks("body"),
            "company": seller,
            "contact": ", ".join(filter(None, (seller.phone, seller.email))),
            "sender": ", ".join(
                filter(None, (seller.legal_name or seller.name, seller.street, place))
            ),
            "reason": letter.kind.reason,
            "settings_url": "",
        }
        if letter.is_for_a_user:
            context["settings_url"] = absolute(reverse("customer:message-choices"))
        return Written(
            subject=context["subject"],
            text=_plain_text(**context),
            html=render_to_string("messages/mail.html", context),
        )

    @contextlib.contextmanager
    def open(self) -> Iterator["EmailLine"]:
        line = EmailLine()
        try:
            yield line
        finally:
            line.close()


class EmailLine:
    def __init__(self, *, longest: timedelta = LONGEST) -> None:
        self._mailer: Any = get_connection()
        self._longest = longest

    def ready(self) -> None:
        try:
            if self._smtp is not None and not self._is_alive():
                self.close()
            self._mailer.open()
        except (OSError, SMTPException) as error:
            self.close()
            raise Unreachable(_answer(error)) from error

    def send(self, parcel: Parcel) -> None:
        try:
            message = _message(parcel, self._mailer)
            with self._cut_after(self._longest):
                message.send()
        except SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refusal(code, words) from error
        except SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (SMTPResponseException, TimeoutError) as error:
            # The sender is refused, or nobody signs in any more: no fault of the message.
            self.close()
            raise (NoAnswer if isinstance(error, TimeoutError) else RefusedForNow)(
                _answer(error)
            ) from error
        except (OSError, SMTPException) as error:
            self.close()
            raise NoAnswer(_answer(error)) from error
        except ValueError as error:
            raise RefusedForGood(str(error)) from error

    def close(self) -> None:
        # A server that hangs when told goodbye is left alone.
        with contextlib.suppress(OSError, SMTPException):
            self._mailer.close()

    @property
    def _smtp(self) -> Any:
        """Django's SMTP backend has a connection, the ones of tests have none."""
        return getattr(self._mailer, "connection", None)

    def _is_alive(self) -> bool:
        try:
            code, _words = self._smtp.noop()
        except (OSError, SMTPException):
            return False
        return bool(code == 250)

    @contextlib.contextmanager
    def _cut_after(self, limit: timedelta) -> Iterator[None]:
        timer = threading.Timer(limit.total_seconds(), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        with contextlib.suppress(AttributeError, OSError):
            self._smtp.sock.shutdown(socket.SHUT_RDWR)


def _message(parcel: Parcel, mailer: Any) -> EmailMultiAlternatives:
    seller = company.current()
    headers = {
        "Auto-Submitted": "auto-generated",
        "Content-Language": parcel.language,
        "Message-ID": parcel.message_id,
    }
    if parcel.thread:
        domain = parcel.message_id.rpartition("@")[2]
        headers["References"] = headers["In-Reply-To"] = f"<{parcel.thread}.thread@{domain}"
    message = EmailMultiAlternatives(
        subject=parcel.subject,
        body=parcel.text,
        to=[formataddr((parcel.recipient_name, parcel.recipient_address))],
        reply_to=[seller.email] if seller.email else None,
        headers=headers,
        connection=mailer,
        attachments=list(parcel.attachments),
    )
    if parcel.html:
        message.attach_alternative(parcel.html, "text/html")
    return message


def _plain_text(
    *,
    blocks: Sequence[Block],
    company: Company,
    contact: str,
    sender: str,
    reason: Any,
    settings_url: str,
    **_also: Any,
) -> str:
    signature = "\n".join(filter(None, (company.name, contact)))
    foot = wrapped(f"{sender}. {reason}")
    if settings_url:
        foot = f"{foot}\n{gettext('Choose what we write about')}:\n{settings_url}"
    return "\n\n".join((in_plain_text(blocks), signature, foot)) + "\n"


def _refusal(code: int, words: bytes | str) -> RefusedForGood | RefusedForNow:
    kind = RefusedForNow if code in _TEMPORARY else RefusedForGood
    return kind(f"{code} {_text(words)}")


def _answer(error: BaseException) -> str:
    """What the server said, or what happened instead; nothing of what was sent."""
    if isinstance(error, SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
