"""Printing papers: who they are from and to, in which language, and how the worker makes them.

A paper is printed once for what it says. Asking for it again gives the same file, until the ERP
changes something binding: then the next version is printed and the old one stays on file. The apps
with papers ask for them in their own services, holding the lock of the order or invoice.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Address, Customer, DocumentState, FiledDocument, PaperKind
from accounts.models.address import AddressKind
from accounts.services import company, filing, stored_files
from portal.lib.bells import ring
from portal.lib.errors import DomainError
from portal.lib.papers import BankAccount, Letterhead, Party, address_lines
from portal.lib.pdf import render_pdf
from portal.lib.sheets import Sheet

__all__ = [
    "NotPrinted",
    "Print",
    "ask",
    "invoice_address",
    "is_printed",
    "language_of",
    "letterhead",
    "party",
    "place",
    "print_wanted",
]

logger = logging.getLogger(__name__)

# Raised when the layout changes so that papers look or read differently.
LAYOUT = "3"
PDF = "application/pdf"
# Longer than the longest paper takes; a worker that dies is followed by another one after it.
CLAIM = timedelta(minutes=10)

Document = TypeVar("Document", bound=FiledDocument)
Clock = Callable[[], datetime]


class NotPrinted(DomainError):
    """The portal does not print this paper: the ERP keeps one, it is switched off, or too early."""

    user_message = gettext_lazy("No documents available")


class Labelled(Protocol):
    """A kind of paper: its name in the current language goes into the file's name."""

    @property
    def label(self) -> Any: ...


class Print(NamedTuple):
    """What the worker needs to print one document."""

    sheet: Sheet
    fingerprint: str
    # Further columns of the document, written with its file.
    kept: Mapping[str, Any] = MappingProxyType({})


def is_printed(kind: PaperKind) -> bool:
    """Whether the office has the portal print papers of this kind."""
    return kind in company.current().printed_papers


def ask(
    own: QuerySet[Document],
    *,
    paper: Labelled,
    number: str,
    fingerprint: str,
    language: str,
    now: datetime,
    **about: Any,
) -> Document:
    """The newest of the `own` papers about an object, or a new version when it says otherwise.

    Runs in the caller's transaction, which holds the object's lock, so versions are not counted
    twice. `about` are the fields that say what the paper is about.
    """
    newest = own.order_by("-version").first()
    if newest is not None and newest.fingerprint == fingerprint:
        return newest
    version = newest.version + 1 if newest else 1
    # Not -2: a second order of an offer is called so.
    number = number if version == 1 else f"{number} v{version}"
    with translation.override(language):
        name = f"{paper.label} {number}.pdf"
    document = own.model(
        **about,
        name=name,
        number=number,
        media_type=PDF,
        issued_at=now,
        state=DocumentState.WANTED,
        wanted_at=now,
        version=version,
        fingerprint=fingerprint,
        language=language,
    )
    document.save(force_insert=True)
    ring(f"{own.model._meta.app_label}.print_papers")
    return document


def letterhead() -> Letterhead:
    """The company as it stands on papers now."""
    seller = company.current()
    bank = None
    if seller.iban:
        bank = BankAccount(
            receiver=seller.legal_name or seller.name,
            iban=seller.iban,
            bic=seller.bic,
            bank=seller.bank_name,
        )
    logo = b""
    if seller.logo is not None:
        with seller.logo.content.open("rb") as file:
            logo = file.read()
    return Letterhead(
        name=seller.name,
        legal_name=seller.legal_name,
        lines=tuple(
            line for line in (seller.street, f"{seller.postal_code} {seller.city}".strip()) if line
        ),
        business_id=seller.business_id,
        vat_id=seller.vat_id,
        email=seller.email,
        phone=seller.phone,
        website=seller.website.partition("://")[2].rstrip("/"),
        logo=logo,
        bank=bank,
    )


def language_of(customer: Customer) -> str:
    """The customer's language where the portal speaks it, English where it does not.

    A customer whose language nobody knows is written to in the company's.
    """
    spoken = customer.language.lower()[:2]
    if not spoken:
        return company.current().language
    return spoken if spoken in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def invoice_address(customer: Customer) -> Address | None:
    """Where the customer's letters go: its first invoice address, else any other of its own."""
    addresses = customer.addresses.filter(removed_at=None).order_by("pk")
    return (
        addresses.filter(kind=AddressKind.INVOICE).first()
        or addresses.filter(kind=AddressKind.OTHER).first()
    )


def party(customer: Customer, address: Address | None = None, *, language: str) -> Party:
    """The customer as a paper names it, at the address where one is given."""
    lines: tuple[str, ...] = ()
    if address is not None:
        lines = place(
            street=address.street,
            street_2=address.street_2,
            postal_code=address.postal_code,
            city=address.city,
            region=address.region,
            country=address.country,
            language=language,
        )
        if address.contact:
            lines = (address.contact, *lines)
    return Party(
        name=(address.name if address else "") or customer.name,
        lines=lines,
        number=customer.number,
        business_id=customer.business_id,
        vat_id=customer.vat_id,
    )


def place(*, country: str, language: str, **parts: str) -> tuple[str, ...]:
    """Address lines as the seller writes them: its own country is not named."""
    home = company.current().country
    return address_lines(country=country or home, home=home, language=language, **parts)


def print_wanted(
    table: type[Document], *, compose: Callable[[Document], Print], clock: Clock
) -> None:
    """Print every wanted paper that nobody else is printing, the longest waiting first.

    `compose` gathers what stands on a paper; it runs in the paper's language and the company's
    time zone. A paper that cannot be made fails alone.
    """
    while (document := _claim(table, clock())) is not None:
        _print(document, compose, clock)


def _waiting(table: type[Document], now: datetime) -> QuerySet[Document]:
    return table._default_manager.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now), state=DocumentState.WANTED, source=""
    )


def _claim(table: type[Document], now: datetime) -> Document | None:
    while (document := _waiting(table, now).order_by("wanted_at", "pk").first()) is not None:
        if _waiting(table, now).filter(pk=document.pk).update(claimed_until=now + CLAIM):
            return document
    return None


def _print(document: Document, compose: Callable[[Document], Print], clock: Clock) -> None:
    zone = ZoneInfo(company.current().time_zone)
    try:
        with translation.override(document.language), timezone.override(zone):
            sheet, fingerprint, kept = compose(document)
            content = render_pdf(sheet)
    except Exception:
        logger.exception("paper cannot be printed", extra={"document": document.name})
        _finish(document, state=DocumentState.FAILED, failure=_("The portal could not print it."))
        return
    stored = stored_files.keep(content=content, media_type=PDF, now=clock())
    _finish(
        document,
        state=DocumentState.STORED,
        file=stored,
        size=stored.size,
        fingerprint=fingerprint,
        layout=LAYOUT,
        failure="",
        **kept,
    )


@transaction.atomic
def _finish(document: FiledDocument, **outcome: Any) -> None:
    """Write how the printing went, unless another worker was faster."""
    row = filing.locked(type(document), document.pk)
    if row.state == DocumentState.WANTED:
        for field, value in {"claimed_until": None, **outcome}.items():
            setattr(row, field, value)
        row.save(update_fields=["claimed_until", *outcome])
