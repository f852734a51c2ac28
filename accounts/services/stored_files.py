"""Keeping the bytes of files: once for each content, never changed."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile

from accounts.models import StoredFile

__all__ = ["keep"]


def keep(*, content: bytes, media_type: str, now: datetime) -> StoredFile:
    """The row of this content; the same bytes give the same row, with the type first told.

    The bytes are written before the row and outside any transaction: a crash between the two leaves
    a file that nothing points at, never a row without its bytes. A file that was lost from the disk
    comes back when its bytes are kept again.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    stored = StoredFile.objects.filter(sha256=sha256).first()
    if stored is not None:
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
        },
    )
    return stored
