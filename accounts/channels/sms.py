"""Text messages, through whichever service the operator has: apprise knows the common ones.

`SMS_URL` is apprise's address of the service with `{to}` where the number stands, for instance
`twilio://SID:TOKEN@+15551234567/{to}`. `console://` prints, for demonstrations. Which messages go
by SMS is decided by the office (`AccountSettings.sms_situations`).
"""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from accounts.channels.port import Parcel, RefusedForGood, RefusedForNow, Written
from accounts.messaging import MessageKind, Recipient
from accounts.services import account_settings, company
from accounts.services.wordings import Letter
from portal.lib import phones

__all__ = ["SmsChannel", "is_configured"]

CONSOLE = "console://"


def is_configured() -> bool:
    """Whether the operator has named a service."""
    return bool(settings.SMS_URL)


class SmsChannel:
    code = "sms"
    label: Any = gettext_lazy("Text message")
    parts: tuple[str, ...] = ("sms",)

    # A text message interrupts, so people ask for it.
    is_on_by_itself = False

    def is_offered(self, kind: MessageKind) -> bool:
        """With a service, for what the office has chosen; for a kind that has no other way too."""
        if not is_configured():
            return False
        is_alone = kind.channels == (self.code,)
        return is_alone or kind.code in account_settings.current().sms_situations

    def address_of(self, recipient: Recipient) -> str:
        """The number in E.164; as it is, to be refused, where it is none."""
        if not recipient.phone:
            return ""
        with contextlib.suppress(ValidationError):
            return phones.normalise(recipient.phone, country=company.current().country)
        return recipient.phone

    def is_address(self, address: str) -> bool:
        try:
            return phones.normalise(address, country="") == address
        except ValidationError:
            return False

    def write(self, letter: Letter) -> Written:
        return Written(subject="", text=letter.line("sms"))

    @contextlib.contextmanager
    def open(self) -> Iterator["SmsLine"]:
        yield SmsLine(settings.SMS_URL)


class SmsLine:
    """Each message is a request of its own; apprise's time-outs are a few seconds."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ready(self) -> None:
        """Nothing to connect: the service is asked with the message."""

    def send(self, parcel: Parcel) -> None:
        if self._url == CONSOLE:
            sys.stdout.write(f"SMS to {parcel.recipient_address}: {parcel.text}\n")
            sys.stdout.flush()
            return
        from apprise import Apprise  # noqa: PLC0415 - slow import

        service = Apprise()
        if not service.add(self._url.replace("{to}", quote(parcel.recipient_address, safe=""))):
            raise RefusedForGood("SMS_URL is not an address that apprise knows")
        if not service.notify(body=parcel.text):
            # apprise tells no more; what the service said is in the worker's log.
            raise RefusedForNow("the SMS service did not take the message")
