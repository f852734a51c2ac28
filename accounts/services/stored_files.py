"""Keeping the bytes of files: once for each content, never changed."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet

from accounts.models import StoredFile

__all__ = ["forget", "forget_unused", "keep"]

# Longer than it takes from keeping bytes to committing what points at them.
MOMENT = timedelta(hours=1)


def keep(*, content: bytes, media_type: str, now: datetime) -> StoredFile:
    """The row of this content; the same bytes give the same row, with the type first told.

    The bytes are written before the row and outside any transaction: a crash between the two leaves
    a file that nothing points at, never a row without its bytes. A file that was lost from the disk
    comes back when its bytes are kept again.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if StoredFile.objects.filter(sha256=sha256).update(kept_at=now):
        stored = StoredFile.objects.get(sha256=sha256)
        kept = str(stored.content)
        if not stored.content.storage.exists(kept):
            stored.content.storage.save(kept, ContentFile(content))
        return stored
    field = StoredFile._meta.get_field("content")
    name = field.storage.save(f"{field.upload_to}{sha256[:2]}/{sha256}", ContentFile(content))
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha256,
        defaults={
            "size": len(content),
            "media_type": media_type,
            "content": name,
            "created_at": now,
            "kept_at": now,
        },
    )
    return stored


def forget(file_ids: Iterable[int], *, now: datetime) -> None:
    """Delete those of the files that nothing points at any more, bytes and all.

    Whoever had files with an end of their own calls this after it has let go of them. Bytes that
    somebody has brought again a moment ago are left, for a paper is about to point at them. A row
    goes first and its bytes when that is committed: a crash between the two leaves bytes without
    a row, never the other way round.
    """
    for file_id in sorted(set(file_ids)):
        with transaction.atomic():
            unused = StoredFile.objects.filter(pk=file_id, kept_at__lt=now - MOMENT)
            stored = unused.select_for_update().first()
            if stored is not None and not _is_pointed_at(stored):
                storage, name = stored.content.storage, str(stored.content)
                stored.delete()
                transaction.on_commit(partial(storage.delete, name))


def forget_unused(*, now: datetime) -> None:
    """Delete every file that nothing points at: not taken, or let go of within the moment."""
    unused = StoredFile.objects.filter(kept_at__lt=now - MOMENT)
    for rows in _pointing_at(OuterRef("pk")):
        unused = unused.filter(~Exists(rows))
    forget(unused.values_list("pk", flat=True), now=now)


def _is_pointed_at(stored: StoredFile) -> bool:
    return any(rows.exists() for rows in _pointing_at(stored))


def _pointing_at(stored: StoredFile | OuterRef) -> Iterator[QuerySet[Any]]:
    """The rows that point at the file, table by table."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            yield relation.related_model._base_manager.filter(**{relation.field.name: stored})
