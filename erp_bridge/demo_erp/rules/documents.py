"""Stored documents: about two thirds of orders, deliveries and invoices have one."""

from datetime import datetime

from erp_bridge.demo_erp.records import Delivery, Document, Invoice, Order

__all__ = ["documents"]

SECOND_VERSION_EVERY = 15

_SHORT = {
    "order_confirmation": "OC",
    "delivery_note": "DN",
    "invoice": "INV",
    "credit_memo": "CM",
}


def documents(
    about: Order | Delivery | Invoice, *, issued_at: datetime, withdrawn: int = 0
) -> list[Document]:
    """What is stored for a record that was confirmed, sent or issued then; sizes are left out.

    Every third record of each kind has nothing, by its number. Every fifteenth order has two
    versions of its confirmation. Versions go on after those that were withdrawn.
    """
    serial = int(about.number.partition("-")[0])
    if serial % 3 == 2:
        return []
    versions = 1
    if isinstance(about, Order) and serial % SECOND_VERSION_EVERY == 0:
        versions = 2
    return [_document(about, withdrawn + version, issued_at) for version in range(1, versions + 1)]


def _kind(about: Order | Delivery | Invoice) -> str:
    if isinstance(about, Order):
        return "order_confirmation"
    if isinstance(about, Delivery):
        return "delivery_note"
    return "credit_memo" if about.is_credit_memo else "invoice"


def _document(about: Order | Delivery | Invoice, version: int, issued_at: datetime) -> Document:
    kind = _kind(about)
    words = kind.replace("_", " ").capitalize()
    suffix = f" version {version}" if version > 1 else ""
    return Document(
        id=f"F{about.id}-{version}",
        number=f"{_SHORT[kind]}-{about.number}-{version}",
        changed_at=issued_at,
        about=about.feed,
        about_id=about.id,
        kind=kind,
        name=f"{words} {about.number}{suffix}.pdf",
        media_type="application/pdf",
        issued_at=issued_at,
    )
