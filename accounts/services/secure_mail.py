"""Mails that are picked up with the customer's number and e-mail password instead of being sent.

Each function is one transaction. Guessing is slowed down for the mail and for the network; every
attempt and every opening is a row.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from accounts.messaging import Attachment
from accounts.models import (
    OutgoingMessage,
    SecureMail,
    SecureMailFile,
    SecureMailOpening,
)
from accounts.purposes import SECURE_MAIL
from accounts.services import mail_passwords, private_links, stored_files, throttling
from accounts.services.throttling import Limit, TooManyTries
from portal.lib.errors import DomainError
from portal.lib.secrets import CannotOpen, open_sealed, reseal, seal

__all__ = [
    "KEPT",
    "WrongWord",
    "drop_ended",
    "lay_down",
    "note",
    "opened",
    "pick_up",
    "reseal_words",
    "words_of",
]

KEPT = timedelta(days=30)

BY_MAIL = Limit(
    name="secure_mail",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=4),
    memory=timedelta(days=2),
)
BY_NETWORK = Limit(
    name="secure_mail_network",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=4),
    memory=timedelta(days=1),
)
Outcome = SecureMailOpening.Outcome


class WrongWord(DomainError):
    """Number and word do not belong together, or to this mail; which of them is not told."""


def lay_down(
    letter: OutgoingMessage,
    *,
    customer_id: int,
    attachments: Sequence[Attachment],
    now: datetime,
) -> tuple[SecureMail, str]:
    """Keep a letter that was written, and not saved, for picking up; the mail and its address.

    Runs in the caller's transaction.
    """
    text, html = letter.with_links()
    mail = SecureMail.objects.create(
        customer_id=customer_id,
        kind=letter.kind,
        language=letter.language,
        subject=letter.subject,
        sealed_text=seal(text),
        sealed_html=seal(html),
        created_at=now,
        expires_at=now + KEPT,
    )
    SecureMailFile.objects.bulk_create(
        SecureMailFile(mail=mail, file=each.file, name=each.name[:200]) for each in attachments
    )
    token = private_links.issue(
        purpose=SECURE_MAIL,
        lifetime=KEPT,
        customer_id=customer_id,
        email=letter.recipient_address,
        data={"mail": mail.pk},
        now=now,
    )
    return mail, private_links.address_of(token)


def pick_up(
    *, mail_id: int, number: str, password: str, address: str | None, now: datetime
) -> SecureMail:
    """The mail, for whoever knows the customer's number and word.

    Raises TooManyTries, counted before anything is compared, and WrongWord, which costs the same
    time whatever was wrong.
    """
    mail = SecureMail.objects.select_related("customer").get(pk=mail_id)
    tries = {BY_MAIL: str(mail.pk)}
    if network := throttling.network(address):
        tries[BY_NETWORK] = network
    try:
        throttling.admit(tries=tries, now=now)
    except TooManyTries:
        note(mail_id=mail.pk, outcome=Outcome.SLOWED, address=address, now=now)
        raise
    is_number = _compact(number) == _compact(mail.customer.number)
    is_word = mail_passwords.check(
        customer_id=mail.customer_id if is_number else None, password=password
    )
    if not is_word:
        note(mail_id=mail.pk, outcome=Outcome.REFUSED, address=address, now=now)
        raise WrongWord(f"secure mail {mail.pk}")
    throttling.forgive(tries={BY_MAIL: str(mail.pk)})
    if network:
        throttling.take_back(tries={BY_NETWORK: network})
    note(mail_id=mail.pk, outcome=Outcome.OPENED, address=address, now=now)
    return mail


@transaction.atomic
def note(
    *, mail_id: int, outcome: str, address: str | None, now: datetime, file_name: str = ""
) -> None:
    """Keep that somebody came for the mail."""
    SecureMailOpening.objects.create(
        mail_id=mail_id, outcome=outcome, address=address, at=now, file_name=file_name
    )


def words_of(mail: SecureMail) -> tuple[str, str]:
    """Plain text and HTML of a mail whose time is not over."""
    return open_sealed(mail.sealed_text), open_sealed(mail.sealed_html)


def opened(mail: SecureMail, *, now: datetime) -> bool:
    """Whether there is still something to read."""
    return bool(mail.sealed_text) and mail.expires_at > now


def drop_ended(*, now: datetime) -> int:
    """Drop the words and files of mails whose time is over; the log of openings stays."""
    ended = SecureMail.objects.filter(expires_at__lte=now).exclude(sealed_text="")
    dropped = 0
    for mail_id in list(ended.values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            files = list(
                SecureMailFile.objects.filter(mail_id=mail_id).values_list("file_id", flat=True)
            )
            SecureMailFile.objects.filter(mail_id=mail_id).delete()
            SecureMail.objects.filter(pk=mail_id).update(sealed_text="", sealed_html="")
        stored_files.forget(files, now=now)
        dropped += 1
    return dropped


@transaction.atomic
def reseal_words() -> int:
    """Seal the words of every mail with the first key; how many. Those that no key opens stay."""
    resealed = 0
    kept = SecureMail.objects.exclude(sealed_text="").order_by("pk").select_for_update(no_key=True)
    for mail in kept.only("sealed_text", "sealed_html").iterator():
        with suppress(CannotOpen):
            mail.sealed_text, mail.sealed_html = reseal(mail.sealed_text), reseal(mail.sealed_html)
            mail.save(update_fields=["sealed_text", "sealed_html"])
            resealed += 1
    return resealed


def _compact(number: str) -> str:
    return "".join(number.split()).upper()
