"""Making, changing and revoking order links and order types; each is one transaction."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import StoredFile
from accounts.services import audit, stored_files
from orders.models import OrderLink, OrderType

__all__ = ["keep_link", "keep_type", "revoke"]

_LINK = (
    "name",
    "offers",
    "order_type_id",
    "language",
    "fields",
    "prefilled",
    "sites",
    "accent",
    "logo",
    "valid_until",
)
_TYPE = ("code", "names", "fields", "cut_off_hours", "position", "is_active", "is_for_members")


def keep_link(
    *,
    link: OrderLink,
    new_logo: UploadedFile | None = None,
    drop_logo: bool = False,
    user_id: int | None,
    now: datetime,
) -> OrderLink:
    """Write a new link, or change one; its counts and its code stay. One transaction, after the
    logo is stored."""
    if new_logo is not None:
        content = b"".join(new_logo.chunks())
        media_type = new_logo.content_type or ""
        link.logo = stored_files.keep(content=content, media_type=media_type, now=now)
    elif drop_logo:
        link.logo = None
    with transaction.atomic():
        before = OrderLink.objects.select_for_update().filter(pk=link.pk).first()
        if before is None:
            link.created_at, link.created_by_id = now, user_id
            link.save()
        else:
            link.save(update_fields=[*_LINK])
        _record("order_link_kept", before, link, _LINK, now)
    return link


@transaction.atomic
def revoke(*, link_id: int, now: datetime) -> OrderLink:
    """Close the link for good; drafts behind it cannot be sent any more. Repeatable."""
    link = OrderLink.objects.select_for_update().get(pk=link_id)
    if link.revoked_at is None:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
        audit.record(kind="order_link_revoked", subject=link.name, now=now)
    return link


@transaction.atomic
def keep_type(*, order_type: OrderType, now: datetime) -> OrderType:
    """Write a new order type, or change one. Orders that have it keep what they say."""
    before = OrderType.objects.select_for_update().filter(pk=order_type.pk).first()
    order_type.save()
    _record("order_type_kept", before, order_type, _TYPE, now)
    return order_type


def _record(kind: str, before: Any, after: Any, names: tuple[str, ...], now: datetime) -> None:
    def values(row: Any) -> dict[str, Any]:
        return {name: _plain(getattr(row, name)) for name in names}

    audit.record(
        kind=kind,
        subject=str(after),
        before=values(before) if before else None,
        after=values(after),
        now=now,
    )


def _plain(value: Any) -> Any:
    """As the audit keeps it; of a logo, which one."""
    if isinstance(value, StoredFile):
        return value.sha256[:12]
    return value.isoformat() if hasattr(value, "isoformat") else value
